"""From windows with voices to speaker turns, and from turns to words."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from viva.diarization.domain.model import Role, Span, SpokenWord, Turn, Voice, Word

_REACH_MS = 500
"""A word this far from any turn belongs to nobody in particular: it stays the candidate's."""

_SOFT_MS = 150


def turns(speech: Iterable[Span], windows: Sequence[Span], voices: Sequence[str]) -> list[Turn]:
    """Speaker turns over voiced spans.

    Each moment of speech takes the voice of the window whose middle is nearest; speech without a
    window (too short to be known) takes that of the nearest window at all.

    Args:
        speech: voiced spans, in order.
        windows: pieces of it, in order.
        voices: the label of each window.
    """
    if not windows:
        return []
    middles = [(window.start_ms + window.end_ms) / 2 for window in windows]
    found: list[Turn] = []
    for span in speech:
        start = span.start_ms
        inside = _windows_of(span, windows, middles)
        for here, following in pairwise(inside):
            if voices[here] != voices[following]:
                end = round((middles[here] + middles[following]) / 2)
                found.append(Turn(Span(start, end), voices[here]))
                start = end
        found.append(Turn(Span(start, span.end_ms), voices[inside[-1]]))
    return found


def _windows_of(span: Span, windows: Sequence[Span], middles: Sequence[float]) -> list[int]:
    """Indices of the windows in a span, or of the nearest one."""
    inside = [index for index, window in enumerate(windows) if window.overlap_ms(span)]
    middle = (span.start_ms + span.end_ms) / 2
    return inside or [min(range(len(windows)), key=lambda index: abs(middles[index] - middle))]


def speech_ms(found: Iterable[Turn], voice: str) -> int:
    """How long a voice spoke."""
    return sum(turn.span.duration_ms for turn in found if turn.voice == voice)


def silenced(found: Sequence[Turn], kept: str) -> list[Span]:
    """What must be silent so that only one voice is heard.

    Voices begin and end softly, outside the voiced span: the silence reaches a little into the
    gap on both sides, at most half way to the next turn.
    """
    spans = []
    for index, turn in enumerate(found):
        if turn.voice == kept:
            continue
        before = found[index - 1].span.end_ms if index else 0
        start = max(turn.span.start_ms - _SOFT_MS, (before + turn.span.start_ms) // 2)
        end = turn.span.end_ms + _SOFT_MS
        if index + 1 < len(found):
            end = min(end, (turn.span.end_ms + found[index + 1].span.start_ms) // 2)
        spans.append(Span(start, end))
    return spans


def attribute_words(
    words: Iterable[Word], found: Sequence[Turn], voices: Sequence[Voice]
) -> list[SpokenWord]:
    """Say of each word whose it is.

    A word belongs to the turn that it shares most time with, else to the nearest one in reach.
    """
    candidate = next((voice.label for voice in voices if voice.role is Role.CANDIDATE), "")
    known = {voice.label for voice in voices}
    labels = [_voice_of(word.span, found, candidate) for word in words]
    return [SpokenWord(label, dropped=label in known and label != candidate) for label in labels]


def _voice_of(word: Span, found: Sequence[Turn], candidate: str) -> str:
    best = max(found, key=lambda turn: turn.span.overlap_ms(word), default=None)
    if best is not None and best.span.overlap_ms(word):
        return best.voice
    nearest = min(found, key=lambda turn: _distance_ms(turn.span, word), default=None)
    if nearest is not None and _distance_ms(nearest.span, word) <= _REACH_MS:
        return nearest.voice
    return candidate


def _distance_ms(span: Span, word: Span) -> int:
    return max(span.start_ms - word.end_ms, word.start_ms - span.end_ms, 0)
