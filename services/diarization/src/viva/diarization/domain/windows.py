"""The pieces of speech that are compared with each other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from viva.diarization.domain.model import Span


@dataclass(frozen=True)
class WindowSettings:
    """Longer windows know a voice better, shorter ones know better when it changes.

    Attributes:
        length_ms: of a window; speech that is shorter is one window.
        step_ms: at most this from one window's beginning to the next one's.
        min_ms: shorter speech says nothing about the voice.
    """

    length_ms: int = 1500
    step_ms: int = 750
    min_ms: int = 400


def windows(speech: Iterable[Span], settings: WindowSettings) -> list[Span]:
    """Windows over voiced spans, evenly spaced so that the last ends with its span."""
    return [window for span in speech for window in _over(span, settings)]


def _over(span: Span, settings: WindowSettings) -> list[Span]:
    slack = span.duration_ms - settings.length_ms
    if span.duration_ms < settings.min_ms:
        return []
    if slack <= 0:
        return [span]
    steps = -(-slack // settings.step_ms)
    starts = (span.start_ms + round(slack * index / steps) for index in range(steps + 1))
    return [Span(start, start + settings.length_ms) for start in starts]


def thinned(count: int, limit: int) -> list[int]:
    """Indices of at most `limit` of `count` items, evenly spread."""
    if count <= limit:
        return list(range(count))
    return [index * count // limit for index in range(limit)]


def covered_ms(spans: Sequence[Span]) -> int:
    """Length of the union of spans."""
    total, end = 0, 0
    for span in sorted(spans):
        total += max(0, span.end_ms - max(span.start_ms, end))
        end = max(end, span.end_ms)
    return total
