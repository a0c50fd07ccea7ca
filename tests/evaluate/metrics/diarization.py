"""Diarization error rate, collar 0, overlapped speech scored (NIST RT, 10 ms frames)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]

from viva.diarization.domain.model import Turn

_STEP_MS = 10


class DiarizationError(NamedTuple):
    """In frames; rates are shares of `spoken`, the speech of the reference."""

    missed: int
    false: int
    confused: int
    spoken: int

    @property
    def rate(self) -> float:
        """All three together."""
        return (self.missed + self.false + self.confused) / max(1, self.spoken)


def diarization_error(reference: Sequence[Turn], found: Sequence[Turn]) -> DiarizationError:
    """One recording, voices mapped one to one as it suits best."""
    frames = max((turn.span.end_ms for turn in (*reference, *found)), default=0) // _STEP_MS + 1
    said, heard = _active(reference, frames), _active(found, frames)
    together = said.astype(float) @ heard.astype(float).T
    rows, columns = linear_sum_assignment(-together)
    right = np.zeros(frames, dtype=int)
    for row, column in zip(rows, columns, strict=True):
        right += said[row] & heard[column]
    speaking, claimed = said.sum(0), heard.sum(0)
    return DiarizationError(
        int(np.maximum(0, speaking - claimed).sum()),
        int(np.maximum(0, claimed - speaking).sum()),
        int((np.minimum(speaking, claimed) - right).sum()),
        int(speaking.sum()),
    )


def pooled(errors: Sequence[DiarizationError]) -> DiarizationError:
    """Over all recordings."""
    return DiarizationError(*(sum(column) for column in zip(*errors, strict=True)))


def _active(turns: Sequence[Turn], frames: int) -> NDArray[np.bool_]:
    """Which voice speaks when, shape (voices, frames), at least one voice."""
    names = list(dict.fromkeys(turn.voice for turn in turns)) or [""]
    active = np.zeros((len(names), frames), dtype=bool)
    for turn in turns:
        start, end = round(turn.span.start_ms / _STEP_MS), round(turn.span.end_ms / _STEP_MS)
        active[names.index(turn.voice), start:end] = True
    return active
