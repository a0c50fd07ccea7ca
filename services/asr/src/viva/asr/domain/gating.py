"""Only speech is recognized: silence is cut out before, and times are put back after."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from viva.asr.domain.model import Span, Word

# A soft "I" on the telephone lies so long before what voice activity notices.
_TOLERANCE_BEFORE_MS = 300
_TOLERANCE_AFTER_MS = 150
# Where a word that goes on in speech may begin: recognition stretches it over the silence before.
_MOST_BEFORE_MS = 150
_MIN_COVERED = 0.3


def chunks_to_recognize(
    speech: Sequence[Span], duration_ms: int, *, join_ms: int, pad_ms: int
) -> list[Span]:
    """Group voiced spans into the chunks that the recognizer gets.

    Args:
        speech: voiced spans in order.
        duration_ms: length of the answer.
        join_ms: a shorter silence stays inside a chunk, so that a sentence is not torn.
        pad_ms: what a chunk gets on both sides; soft beginnings and ends lie there.
    """
    chunks: list[Span] = []
    for span in speech:
        start = max(0, span.start_ms - pad_ms)
        end = min(duration_ms, span.end_ms + pad_ms)
        if chunks and start - chunks[-1].end_ms < max(0, join_ms - 2 * pad_ms):
            start = chunks.pop().start_ms
        elif chunks:
            start = max(start, chunks[-1].end_ms)
        chunks.append(Span(start, end))
    return chunks


class TimeMap:
    """Maps times of the joined chunks back to times of the answer."""

    def __init__(self, chunks: Sequence[Span]) -> None:
        self._chunks = list(chunks)
        self._starts: list[int] = []
        length = 0
        for chunk in self._chunks:
            self._starts.append(length)
            length += chunk.duration_ms
        self.duration_ms = length

    def word(self, text: str, start_ms: float, end_ms: float, confidence: float) -> Word:
        """A word with times of the answer.

        Word times are blurred at a cut, so the chunk that holds the word's middle holds it all.
        """
        index = max(0, bisect_right(self._starts, (start_ms + end_ms) / 2) - 1)
        chunk = self._chunks[index]
        shift = chunk.start_ms - self._starts[index]
        start = min(max(round(start_ms) + shift, chunk.start_ms), chunk.end_ms)
        end = min(max(round(end_ms) + shift, start), chunk.end_ms)
        return Word(text, start, end, confidence)


def spoken(words: Sequence[Word], speech: Sequence[Span]) -> list[Word]:
    """The words that lie where something was said: the others are invented."""
    return [_trimmed(word, speech) for word in words if _covered(word, speech) >= _MIN_COVERED]


def _trimmed(word: Word, speech: Sequence[Span]) -> Word:
    """Begins no earlier than shortly before the speech that it goes on in."""
    span = next((span for span in speech if span.end_ms > word.start_ms), None)
    if span is None or word.end_ms <= span.start_ms:
        return word
    return replace(word, start_ms=max(word.start_ms, span.start_ms - _MOST_BEFORE_MS))


def _covered(word: Word, speech: Sequence[Span]) -> float:
    """Share of a word that lies in speech, the tolerance on both sides of it included."""
    length = max(1, word.end_ms - word.start_ms)
    start, end = word.start_ms, word.start_ms + length
    inside = sum(
        max(
            0,
            min(end, span.end_ms + _TOLERANCE_AFTER_MS)
            - max(start, span.start_ms - _TOLERANCE_BEFORE_MS),
        )
        for span in speech
    )
    return inside / length
