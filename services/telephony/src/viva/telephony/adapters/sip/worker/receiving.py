"""From what the stack decoded, at the line's own rate, to frames at 16 kHz on one clock."""

import numpy as np

from viva.audio.conceal import Concealer
from viva.audio.pcm import SAMPLE_RATE_HZ, Samples, level_dbfs, to_bytes, to_samples
from viva.audio.resample import StreamResampler
from viva.telephony.adapters.sip.worker.line_clock import LineClock

_QUIET_DBFS = -50.0
_NO_MORE_S = 0.04
_NOTHING: Samples = np.zeros(0, dtype=np.int16)

Frame = tuple[int, bytes]
"""Position of the first sample at 16 kHz, and PCM16."""


class Receiver:
    """One leg's way in; `renegotiated` when the line changes its rate."""

    def __init__(self, rate_hz: int, channels: int = 1) -> None:
        self.clock = LineClock()
        self.position = 0
        self.rate_hz, self.channels = rate_hz, channels
        self._concealer = Concealer(rate_hz)
        self._resampler = StreamResampler(rate_hz)
        self._doubted: Samples = _NOTHING
        self._came_s = 0.0

    def renegotiated(self, rate_hz: int, channels: int) -> list[Frame]:
        """Goes on at another rate; returns what the old one still held."""
        rest = self._emit(self._resampler.feed(self._doubted))
        rest += self._emit(self._resampler.finish())
        self._doubted = _NOTHING
        self.rate_hz, self.channels = rate_hz, channels
        self._concealer = Concealer(rate_hz)
        self._resampler = StreamResampler(rate_hz)
        return rest

    def take(self, pcm: bytes, now_s: float) -> list[Frame]:
        """Frames that are settled by what the stack gave at `now_s`, which may be nothing."""
        came = _mono(to_samples(pcm), self.channels)
        sure = bool(len(self._doubted))
        if len(came):
            self._came_s = now_s
        elif not sure or now_s - self._came_s < _NO_MORE_S:
            return []
        heard = np.concatenate([self._doubted, came])
        quiet = level_dbfs(heard) < _QUIET_DBFS
        placed = self.clock.place(self._at_16k(len(heard)), self._came_s, sure=sure, quiet=quiet)
        self._doubted = heard if placed.wait else _NOTHING
        if placed.wait or placed.drop:
            return []
        frames: list[Frame] = []
        if placed.conceal:
            filling = self._concealer.fill(placed.conceal * self.rate_hz // SAMPLE_RATE_HZ)
            frames += self._emit(self._resampler.feed(filling))
        self.position += placed.jump
        return frames + self._emit(self._resampler.feed(self._concealer.hear(heard)))

    def _emit(self, samples: Samples) -> list[Frame]:
        if not len(samples):
            return []
        position = self.position
        self.position += len(samples)
        return [(position, to_bytes(samples))]

    def _at_16k(self, samples: int) -> int:
        return samples * SAMPLE_RATE_HZ // self.rate_hz


def _mono(samples: Samples, channels: int) -> Samples:
    if channels == 1:
        return samples
    mixed = samples.reshape(-1, channels).mean(axis=1)
    return np.asarray(np.rint(mixed), dtype=np.int16)
