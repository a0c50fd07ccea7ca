"""What waits to be played on a leg: given at 16 kHz, sent at the line's own rate, a bit ahead."""

import math
from collections import deque

import numpy as np

from viva.audio.pcm import FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples, samples_in, to_bytes, to_samples
from viva.audio.resample import StreamResampler

AHEAD_MS = 160
"""The stack may hold so much, so that a late wake-up here is no gap there: a flush empties it."""
LITTLE_MS = 60
"""So little may wait when `play` returns."""


class Sender:
    """One leg's way out.

    Attributes:
        given: samples at 16 kHz over all of the leg.
        through: of these, how many have left; flushed ones count as left when sound follows them.
    """

    def __init__(self, rate_hz: int, channels: int = 1) -> None:
        self.given = 0
        self.through = 0
        self._waiting: deque[Samples] = deque()
        self._waiting_samples = 0
        self._fed = False
        self._held_until_s = 0.0
        self.renegotiated(rate_hz, channels)

    def renegotiated(self, rate_hz: int, channels: int) -> None:
        """Goes on at another rate; what the stack held is lost, and counts as heard."""
        self.rate_hz, self.channels = rate_hz, channels
        self._resampler = StreamResampler(SAMPLE_RATE_HZ, rate_hz)
        self._ahead_bytes = rate_hz * AHEAD_MS // 1000 * 2 * channels

    @property
    def idle(self) -> bool:
        """Whether all that was given has left."""
        return self.through == self.given and not self._fed

    def give(self, pcm: bytes) -> None:
        """Appends PCM16 mono at 16 kHz."""
        samples = to_samples(pcm)
        self._waiting.append(samples)
        self._waiting_samples += len(samples)
        self.given += len(samples)

    def take(self, buffered_bytes: int, now_s: float) -> bytes:
        """What to hand to the stack now, which holds `buffered_bytes`; at the line's rate."""
        if now_s < self._held_until_s:
            return b""
        free = self._ahead_bytes - buffered_bytes
        pieces: list[Samples] = []
        frame_bytes = self._ahead_bytes * 20 // AHEAD_MS
        while free >= frame_bytes and self._waiting_samples:
            pieces.append(self._resampler.feed(self._next_frame()))
            free -= frame_bytes
            self._fed = True
        if not self._waiting_samples and self._fed and buffered_bytes < frame_bytes and not pieces:
            # The resampler holds back the last milliseconds until something follows.
            pieces.append(self._resampler.feed(np.zeros(FRAME_SAMPLES, dtype=np.int16)))
            self._fed = False
        return _spread(np.concatenate(pieces), self.channels) if pieces else b""

    def progress(self, buffered_bytes: int) -> int:
        """Updates `through` by what the stack still holds, and returns it."""
        held = math.ceil(buffered_bytes / (2 * self.channels) * SAMPLE_RATE_HZ / self.rate_hz)
        self.through = max(self.through, min(self.given, self.given - self._waiting_samples - held))
        return self.through

    def flush(self, buffered_bytes: int, now_s: float) -> int:
        """Forgets what waits, and what the stack holds; returns the samples nobody will hear.

        The stack empties itself within its next 20 ms, so nothing is handed to it until then.
        """
        unheard = self.given - self.progress(buffered_bytes)
        self._waiting.clear()
        self._waiting_samples = 0
        self._fed = False
        self._resampler = StreamResampler(SAMPLE_RATE_HZ, self.rate_hz)
        self.through = self.given
        if buffered_bytes:
            self._held_until_s = now_s + 0.025
        return unheard

    def _next_frame(self) -> Samples:
        taken: list[Samples] = []
        wanted = FRAME_SAMPLES
        while wanted and self._waiting:
            first = self._waiting.popleft()
            taken.append(first[:wanted])
            if len(first) > wanted:
                self._waiting.appendleft(first[wanted:])
            wanted -= len(taken[-1])
        frame = np.concatenate(taken)
        self._waiting_samples -= len(frame)
        return frame


def waits(through: int, given: int) -> bool:
    """Whether more than 60 ms wait."""
    return given - through > samples_in(LITTLE_MS)


def _spread(samples: Samples, channels: int) -> bytes:
    return to_bytes(samples if channels == 1 else np.repeat(samples, channels))
