"""Speech piece by piece, and the stretches that pieces make: what is asked whose voice it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from viva.diarization.application.ports import Embeddings
from viva.diarization.domain.model import Span
from viva.diarization.domain.windows import covered_ms

LEAST_MS = 1000
_MOST_MS = 8000
_APART_MS = 10_000


@dataclass(frozen=True, eq=False)
class Piece:
    """Windows that share speech with each other.

    Attributes:
        windows: their indices.
        total: sum of their vectors, shape (size,).
    """

    windows: tuple[int, ...]
    span: Span
    total: Embeddings
    spoken_ms: int


def pieces_of(
    chosen: Sequence[int], windows: Sequence[Span], embeddings: Embeddings
) -> list[Piece]:
    """Some of the windows, by their indices in order, as pieces."""
    groups: list[list[int]] = []
    for index in chosen:
        if groups and windows[index].overlap_ms(windows[groups[-1][-1]]):
            groups[-1].append(index)
        else:
            groups.append([index])
    return [
        Piece(
            tuple(group),
            Span(windows[group[0]].start_ms, windows[group[-1]].end_ms),
            embeddings[group].sum(axis=0),
            covered_ms([windows[i] for i in group]),
        )
        for group in groups
    ]


def runs(pieces: Sequence[Piece]) -> Iterator[slice]:
    """Pieces that follow each other, not far apart, with one to eight seconds together."""
    for first in range(len(pieces)):
        spoken_ms = 0
        for last in range(first, len(pieces)):
            gap_ms = pieces[last].span.start_ms - pieces[max(first, last - 1)].span.end_ms
            spoken_ms += pieces[last].spoken_ms
            if last > first and (spoken_ms > _MOST_MS or gap_ms >= _APART_MS):
                break
            if spoken_ms >= LEAST_MS:
                yield slice(first, last + 1)


def together(pieces: Sequence[Piece]) -> tuple[Embeddings, int]:
    """Sum of the vectors of at least one piece, and how much speech that is."""
    total = np.sum([piece.total for piece in pieces], axis=0)
    return total, sum(piece.spoken_ms for piece in pieces)


def cosine_of(one: Embeddings, other: Embeddings) -> float:
    """Of two sums of vectors."""
    length = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / max(length, 1e-9)
