"""Finds pure tones, such as the beep of an answering machine, in a live stream."""

from dataclasses import dataclass

import numpy as np

from viva.audio.pcm import SAMPLE_RATE_HZ, Samples, level_dbfs, samples_in, to_float

_WINDOW = samples_in(32)
_LOWEST_HZ, _HIGHEST_HZ = 350, 2_600
_SAME_HZ = 40
_PURE = 0.85
"""Of the energy in three neighbouring bins; a beep through G.711 is over 0.95."""
_AUDIBLE_DBFS = -40.0


@dataclass(frozen=True)
class Tone:
    """A pure tone, from sample `start` until before sample `end` (at 16 kHz)."""

    start: int
    end: int
    hz: float


class ToneFinder:
    """Follows one stream; the last tone grows while it sounds."""

    def __init__(self) -> None:
        self.tones: list[Tone] = []
        self._pending = np.zeros(0, dtype=np.int16)
        self.position = 0
        self._shape = np.hanning(_WINDOW)

    def feed(self, samples: Samples) -> None:
        """Takes samples at 16 kHz, of any length."""
        self._pending = np.concatenate([self._pending, samples])
        while len(self._pending) >= _WINDOW:
            self._look(self._pending[:_WINDOW])
            self._pending = self._pending[_WINDOW:]
            self.position += _WINDOW

    def _look(self, window: Samples) -> None:
        hz = self._pitch(window)
        if hz is None:
            return
        last = self.tones[-1] if self.tones else None
        end = self.position + _WINDOW
        if last and last.end == self.position and abs(last.hz - hz) <= _SAME_HZ:
            self.tones[-1] = Tone(last.start, end, last.hz)
        else:
            self.tones.append(Tone(self.position, end, hz))

    def _pitch(self, window: Samples) -> float | None:
        """The tone's frequency, or None where the window is no pure tone."""
        if level_dbfs(window) < _AUDIBLE_DBFS:
            return None
        energy = np.abs(np.fft.rfft(to_float(window) * self._shape)) ** 2
        peak = int(np.argmax(energy))
        hz = peak * SAMPLE_RATE_HZ / _WINDOW
        pure = float(energy[max(0, peak - 1) : peak + 2].sum() / (energy.sum() + 1e-12))
        return hz if _LOWEST_HZ <= hz <= _HIGHEST_HZ and pure >= _PURE else None
