"""Where two voices speak at once."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from viva.diarization.domain.model import Channel, Span, Turn
from viva.diarization.domain.windows import covered_ms

LEAST_MS: Mapping[Channel, int] = {Channel.WIDE: 300, Channel.PHONE: 600}
"""Shorter overlaps are how one turn follows another; a telephone line feigns more of them.

Of 33 adults of speechocean762 who spoke alone for 21 minutes, 1.4 s were called overlapped in the
browser, 2.2 s on the telephone.
"""


def overlaps(turns: Sequence[Turn], least_ms: int) -> list[Span]:
    """Spans in which turns of at least two voices run, in order, the short ones left out."""
    marks = sorted({at for turn in turns for at in (turn.span.start_ms, turn.span.end_ms)})
    found: list[Span] = []
    for start, end in pairwise(marks):
        piece = Span(start, end)
        voices = {turn.voice for turn in turns if turn.span.overlap_ms(piece)}
        if len(voices) < 2:
            continue
        if found and found[-1].end_ms == start:
            piece = Span(found.pop().start_ms, end)
        found.append(piece)
    return [span for span in found if span.duration_ms >= least_ms]


def apart_from(spans: Iterable[Span], others: Sequence[Span]) -> list[Span]:
    """The spans that lie outside of others for most of their time."""
    return [span for span in spans if 2 * shared_ms(span, others) < span.duration_ms]


def shared_ms(span: Span, others: Sequence[Span]) -> int:
    """How much of a span lies in others."""
    return covered_ms(
        [
            Span(max(span.start_ms, one.start_ms), min(span.end_ms, one.end_ms))
            for one in others
            if span.overlap_ms(one)
        ]
    )
