"""Fills short holes where packets were lost, so that words keep their rhythm and do not click.

The last pitch period goes on and fades, after ITU-T Recommendation G.711 Appendix I (which also
mutes after 60 ms); what then arrives is faded in over the continuation.
"""

import numpy as np
from numpy.typing import NDArray

from viva.audio.pcm import Samples

LONGEST_MS = 60
"""Beyond this there is nothing to go on with: silence is more honest than a buzz."""
_PITCH_HZ = (66, 400)
_MATCH_MS = 20
_HOLD_MS = 10
_SEAM_MS = 4


class Concealer:
    """One stream's memory of what was heard; the rate stays the same for its life."""

    def __init__(self, rate_hz: int) -> None:
        self._per_ms = rate_hz / 1000
        self._shortest, self._longest = rate_hz // _PITCH_HZ[1], rate_hz // _PITCH_HZ[0]
        self._match = self._count(_MATCH_MS)
        self._history = np.zeros(self._longest + self._match, dtype=np.int16)
        self._filled = 0
        self._lag = 0

    def hear(self, samples: Samples) -> Samples:
        """Take samples that came, and return them; after a hole their beginning is blended in."""
        if self._filled and len(samples):
            seam = min(self._count(_SEAM_MS), len(samples))
            rising = np.linspace(0.0, 1.0, seam, endpoint=False)
            blended = self._continuation(seam) * (1 - rising) + samples[:seam] * rising
            samples = np.concatenate([np.rint(blended).astype(np.int16), samples[seam:]])
            self._filled = 0
        kept = len(self._history)
        self._history = np.concatenate([self._history, samples])[-kept:]
        return samples

    def fill(self, count: int) -> Samples:
        """Samples for a hole that follows what was heard (or filled) last."""
        if not self._filled:
            self._lag = self._pitch_lag()
        filling = np.rint(self._continuation(count)).astype(np.int16)
        self._filled += count
        return filling

    def _continuation(self, count: int) -> NDArray[np.float64]:
        at = self._filled + np.arange(count)
        period = self._history[-self._lag :].astype(np.float64)
        hold, end = self._count(_HOLD_MS), self._count(LONGEST_MS)
        gain = np.clip((end - at) / (end - hold), 0.0, 1.0)
        return np.asarray(period[at % self._lag] * gain, dtype=np.float64)

    def _pitch_lag(self) -> int:
        """The shift at which the last 20 ms look most like what came before them."""
        history = self._history.astype(np.float64)
        recent = history[-self._match :]
        lags = np.arange(self._shortest, self._longest + 1)
        windows = np.lib.stride_tricks.sliding_window_view(history, self._match)
        candidates = windows[len(history) - self._match - lags]
        energy = np.sqrt(np.einsum("ij,ij->i", candidates, candidates)) + 1.0
        return int(lags[np.argmax(candidates @ recent / energy)])

    def _count(self, milliseconds: int) -> int:
        return round(milliseconds * self._per_ms)
