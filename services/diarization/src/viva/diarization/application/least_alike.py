"""The speech of an answer that sounds least like all else that the candidate said so far.

Grouping says who speaks, and overlooks who says one short sentence. This asks of each stretch of
one to eight seconds whether it is the candidate's, surer the more it holds, and gives the worst:
so every answer has a figure, also where one voice was found.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from viva.diarization.application.ports import Embeddings
from viva.diarization.application.stretches import Piece, cosine_of, pieces_of, runs, together
from viva.diarization.domain.likelihood import Likelihood
from viva.diarization.domain.model import ComparedSpeech, Role, Span
from viva.diarization.domain.windows import covered_ms


@dataclass(frozen=True, eq=False)
class Reference:
    """What the candidate said in the answers before.

    Attributes:
        total: sum of its windows' vectors, shape (size,).
        spoken_ms: how much speech that is.
    """

    total: Embeddings
    spoken_ms: int


NOTHING = Reference(np.zeros((), dtype=np.float32), 0)


def least_alike(
    windows: Sequence[Span],
    labels: Sequence[str],
    embeddings: Embeddings,
    reference: Reference,
    likelihood: Likelihood,
) -> ComparedSpeech | None:
    """The stretch with the lowest ratio; None where there is too little or nothing to compare.

    Args:
        windows: of the answer, in order.
        labels: whose each is; the interviewer's are left out.
    """
    persons = [i for i, label in enumerate(labels) if label != Role.INTERVIEWER.value]
    pieces = pieces_of(persons, windows, embeddings)
    known = _Known(labels, windows, embeddings, reference)
    found = []
    for run in [*runs(pieces), *([slice(0, len(pieces))] if pieces else [])]:
        inside = pieces[run]
        total, known_ms = known.beside(inside)
        spoken, spoken_ms = together(inside)
        if known_ms > 0:
            ratio = likelihood.ratio(cosine_of(spoken, total), spoken_ms, known_ms)
            span = Span(inside[0].span.start_ms, inside[-1].span.end_ms)
            found.append(ComparedSpeech(span, ratio))
    return min(found, key=lambda one: one.candidate_llr, default=None)


class _Known:
    """The candidate's speech, of this answer and of those before."""

    def __init__(
        self,
        labels: Sequence[str],
        windows: Sequence[Span],
        embeddings: Embeddings,
        reference: Reference,
    ) -> None:
        self._own = {i for i, label in enumerate(labels) if label == Role.CANDIDATE.value}
        self._windows = windows
        self._embeddings = embeddings
        self._total = reference.total + embeddings[sorted(self._own)].sum(axis=0)
        self._ms = reference.spoken_ms + covered_ms([windows[i] for i in self._own])

    def beside(self, pieces: Sequence[Piece]) -> tuple[Embeddings, int]:
        """Sum and length of what lies outside of some pieces."""
        inside = [i for piece in pieces for i in piece.windows if i in self._own]
        total = self._total - self._embeddings[inside].sum(axis=0)
        return total, self._ms - covered_ms([self._windows[i] for i in inside])
