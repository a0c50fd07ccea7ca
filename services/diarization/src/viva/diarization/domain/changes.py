"""Where one voice gives way to another, so that no window straddles two."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from viva.diarization.domain.model import Span, Turn

_LEAST_MS = 250
"""A shorter turn is a slip of the network, or an "mhm" that no window could be made of."""

_REACH_MS = 500
"""Turns further apart than this have a silence between them that ends the voiced span anyway."""


def changes(turns: Iterable[Turn]) -> list[int]:
    """Moments at which a voice ends and another goes on, in order; overlaps are cut in the middle.

    Args:
        turns: as voice activity finds them. Labels that differ before the last dash are of
            different pieces of the audio: whether they are one voice is not known.
    """
    ordered = sorted(
        (turn for turn in turns if turn.span.duration_ms >= _LEAST_MS), key=lambda turn: turn.span
    )
    return [
        (one.span.end_ms + other.span.start_ms) // 2
        for one, other in pairwise(_outermost(ordered))
        if one.voice != other.voice
        and _piece(one) == _piece(other)
        and other.span.start_ms - one.span.end_ms <= _REACH_MS
    ]


def cut(speech: Iterable[Span], at: Sequence[int]) -> list[Span]:
    """Voiced spans, in order, parted where voices change."""
    found = []
    for span in speech:
        marks = [mark for mark in at if span.start_ms < mark < span.end_ms]
        found += [Span(a, b) for a, b in pairwise([span.start_ms, *marks, span.end_ms])]
    return found


def _outermost(ordered: Sequence[Turn]) -> list[Turn]:
    """Without the turns that lie within an earlier one: they are overlapped speech, no change."""
    found: list[Turn] = []
    for turn in ordered:
        if not found or turn.span.end_ms > found[-1].span.end_ms:
            found.append(turn)
    return found


def _piece(turn: Turn) -> str:
    return turn.voice.rpartition("-")[0]
