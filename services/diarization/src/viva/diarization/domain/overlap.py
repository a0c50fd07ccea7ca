"""Where two voices speak at once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from viva.diarization.domain.model import Channel, Span, Turn
from viva.diarization.domain.windows import covered_ms

LEAST_MS: Mapping[Channel, int] = {Channel.WIDE: 300, Channel.PHONE: 600}
"""Shorter overlaps are how one turn follows another; a telephone line feigns more of them.

Of 33 adults of speechocean762 who spoke alone for 21 minutes, 1.4 s were called overlapped in the
browser, 2.2 s on the telephone.
"""


def overlaps(turns: Sequence[Turn], least_ms: int) -> list[Span]:
    """Spans in which turns of at least two voices run, in order, the short ones left out."""
    active: Counter[str] = Counter()
    found: list[Span] = []
    began = -1
    for at, marks in groupby(sorted(_marks(turns)), key=lambda mark: mark[0]):
        for _, step, voice in marks:
            active[voice] += step
            if not active[voice]:
                del active[voice]
        if len(active) > 1 and began < 0:
            began = at
        elif len(active) < 2 and began >= 0:
            found.append(Span(began, at))
            began = -1
    return [span for span in found if span.duration_ms >= least_ms]


def _marks(turns: Iterable[Turn]) -> Iterator[tuple[int, int, str]]:
    """When each turn begins and ends."""
    for turn in turns:
        yield turn.span.start_ms, 1, turn.voice
        yield turn.span.end_ms, -1, turn.voice


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
