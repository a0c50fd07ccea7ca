"""What is on its way to the person: 20 ms at a time, counted in samples at 16 kHz."""

from collections import deque

import numpy as np

from viva.audio.g711 import encode_mulaw
from viva.audio.pcm import SAMPLE_RATE_HZ, to_samples
from viva.audio.resample import StreamResampler
from viva.telephony.adapters.providers.twilio.media import MULAW_HZ

FRAME = 160
"""Mu-law bytes in 20 ms."""
WIDE = SAMPLE_RATE_HZ // MULAW_HZ
MARK_EVERY = 10
_COMFORT = 12
"""Amplitude of the noise between utterances, about -70 dBFS: a line that is open."""


class Playout:
    """Cuts what is given into frames of the line, with comfort noise where nothing is given.

    Attributes:
        given: samples (16 kHz) that were given so far, flushed ones included.
        sent: up to here they went to the carrier, or were flushed.
    """

    def __init__(self) -> None:
        self.given = 0
        self.sent = 0
        self._bytes = bytearray()
        self._ends: deque[int] = deque()
        self._resampler = StreamResampler(SAMPLE_RATE_HZ, MULAW_HZ)
        self._noise = _comfort()
        self._noise_at = 0
        self._frames = 0

    @property
    def waiting_ms(self) -> float:
        """Of sound that was given and not sent."""
        return len(self._bytes) / 8

    def give(self, pcm: bytes) -> None:
        """Takes PCM16 at 16 kHz; each call ends at a whole sample of the line."""
        samples = to_samples(pcm)
        if len(samples) % WIDE:
            samples = np.append(samples, np.zeros(WIDE - len(samples) % WIDE, np.int16))
        self.given += len(pcm) // 2
        self._bytes += encode_mulaw(
            np.concatenate([self._resampler.feed(samples), self._resampler.finish()])
        )
        # Utterances are files: each begins with a filter that knows nothing of the one before.
        self._resampler = StreamResampler(SAMPLE_RATE_HZ, MULAW_HZ)

    def frame(self) -> tuple[bytes, int | None]:
        """The next 160 bytes, and up to where (given samples) they reach if that is to be marked.

        The last frame of what was given is marked, and each tenth.
        """
        if not self._bytes:
            self._frames = 0
            return self._comfort_frame(), None
        part = bytes(self._bytes[:FRAME])
        del self._bytes[:FRAME]
        self.sent = self.given - len(self._bytes) * WIDE
        self._frames += 1
        marked = not self._bytes or self._frames % MARK_EVERY == 0
        rest = FRAME - len(part)
        return part + self._comfort_frame()[:rest], self.sent if marked else None

    def flush(self) -> None:
        """Forgets what waits."""
        self._bytes.clear()
        self.sent = self.given

    def _comfort_frame(self) -> bytes:
        start = self._noise_at
        self._noise_at = (start + FRAME) % len(self._noise)
        return (self._noise + self._noise)[start : start + FRAME]


def _comfort() -> bytes:
    noise = np.random.default_rng(7).normal(scale=_COMFORT, size=2 * MULAW_HZ)
    return encode_mulaw(noise.astype(np.int16))
