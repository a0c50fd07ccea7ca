"""Timing features from voiced spans: no loudness, no pitch, no raw duration.

A silence of 250 ms or more is a pause (De Jong and Bosker 2013); shorter ones belong to speech.
"""

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from viva.scoring.domain.lexicon import FILLERS
from viva.scoring.domain.masking import AGE, NAME
from viva.scoring.domain.model import Answer, Span
from viva.scoring.domain.tokens import Token

PAUSE_MS = 250
_MASKED_SYLLABLES = 2
_VOWELS = re.compile(r"[aeiouy]+")
_OTHER_VOICE_BRIDGE_MS = 300
# A reading aloud or a thought begins anew after this much silence; it is no pause within speech.
_LONGEST_PAUSE_MS = 5_000
# Over the adults of speechocean762, 99 of 100 answers lie below this.
_SPELLED_PER_HEARD = 1.5
_REPEATED = (3, 2, 1)
_EMPHATIC = frozenset({NAME, "very", "really", "so", "no", "yes", "many", "much"})


@dataclass(frozen=True)
class Timing:
    """Sums over answers; features are ratios of them.

    Attributes:
        phonation_ms: time spent speaking, silences under 250 ms included.
        pauses_ms: each silent pause between two runs of the same answer.
        runs: stretches of speech between pauses.
        syllables: by spelling.
        intervals: from one syllable that sounds to the next, found in the audio.
        intervals_ms: their sum, pauses included.
    """

    phonation_ms: int = 0
    pauses_ms: tuple[int, ...] = ()
    runs: int = 0
    syllables: int = 0
    repetitions: int = 0
    words: int = 0
    intervals: int = 0
    intervals_ms: int = 0

    def __add__(self, other: "Timing") -> "Timing":
        return Timing(
            self.phonation_ms + other.phonation_ms,
            self.pauses_ms + other.pauses_ms,
            self.runs + other.runs,
            self.syllables + other.syllables,
            self.repetitions + other.repetitions,
            self.words + other.words,
            self.intervals + other.intervals,
            self.intervals_ms + other.intervals_ms,
        )

    def features(self) -> dict[str, float]:
        """Empty where nothing was spoken."""
        if not (self.phonation_ms and self.words and self.runs):
            return {}
        pausing_ms = sum(self.pauses_ms)
        mean_pause = pausing_ms / len(self.pauses_ms) if self.pauses_ms else 0.0
        return {
            "articulation_rate": self.syllables * 1000 / self.phonation_ms,
            "syllable_rate": self._syllable_rate(self.phonation_ms + pausing_ms),
            "pauses_per_minute": len(self.pauses_ms) * 60_000 / self.phonation_ms,
            "mean_pause_s": mean_pause / 1000,
            "phonation_time_ratio": self.phonation_ms / (self.phonation_ms + pausing_ms),
            "mean_run_syllables": self.syllables / self.runs,
            "repetitions_per_100_words": 100 * self.repetitions / self.words,
        }

    def _syllable_rate(self, speaking_ms: int) -> float:
        """By the audio; by spelling for a transcript of a release that did not listen for it."""
        if self.intervals_ms:
            return self.intervals * 1000 / self.intervals_ms
        return self.syllables * 1000 / speaking_ms


def timing_of(answer: Answer, tokens: Sequence[Token]) -> Timing:
    """Timing of one answer; a typed one has none.

    Args:
        tokens: the answer's masked tokens, so that nobody's name changes a syllable count.
    """
    if answer.typed:
        return Timing()
    foreign = _bridged([word.span for word in answer.words if word.dropped], _OTHER_VOICE_BRIDGE_MS)
    spans = answer.speech or tuple(w.span for w in answer.words if not w.dropped)
    runs = _bridged(_without(spans, foreign), PAUSE_MS)
    interrupted = [*foreign, *answer.interviewer]
    pauses = [
        after.start_ms - before.end_ms
        for before, after in itertools.pairwise(runs)
        if not _overlaps(Span(before.end_ms, after.start_ms), interrupted)
    ]
    own = [at for at in sorted(answer.syllables_ms) if not _overlaps(Span(at, at + 1), foreign)]
    intervals = _intervals(own, interrupted)
    return Timing(
        sum(run.length_ms for run in runs),
        tuple(min(pause, _LONGEST_PAUSE_MS) for pause in pauses),
        len(runs),
        _syllables(tokens, len(own)),
        _repetitions(tokens),
        len(tokens),
        len(intervals),
        sum(intervals),
    )


def syllables(word: str) -> int:
    """Vowel groups, less a silent final e; at least one. Masked words all count the same."""
    if word.removesuffix("'s") in {NAME, AGE}:
        return _MASKED_SYLLABLES
    if word[:1].isdigit():
        return min(6, sum(character.isdigit() for character in word) * 2)
    count = len(_VOWELS.findall(word))
    silent = word.endswith("e") and not word.endswith(("le", "ee")) and count > 1
    mute_ed = word.endswith("ed") and count > 1 and word[-3:-2] not in {"t", "d"}
    return max(1, count - silent - mute_ed)


def _repetitions(tokens: Sequence[Token]) -> int:
    """How often a word, or two or three in a row, are said again at once: repeats and restarts."""
    texts = [token.text for token in tokens if token.text not in FILLERS]
    found = place = 0
    while place < len(texts):
        length = next((n for n in _REPEATED if _said_again(texts, place, n)), 0)
        found += bool(length)
        place += length or 1
    return found


def _said_again(texts: Sequence[str], place: int, length: int) -> bool:
    first = texts[place : place + length]
    if length == 1 and (first[0][:1].isdigit() or first[0] in _EMPHATIC):
        return False
    return first == texts[place + length : place + 2 * length]


def _syllables(tokens: Sequence[Token], sounding: int) -> int:
    """By spelling, but not many more than were heard: recognizers invent lists of numbers."""
    spelled = sum(syllables(token.text) for token in tokens)
    return min(spelled, round(_SPELLED_PER_HEARD * sounding)) if sounding else spelled


def _intervals(own: Sequence[int], interrupted: Sequence[Span]) -> list[int]:
    """From each of the candidate's syllables to their next, where nobody else spoke between."""
    return [
        min(after - before, _LONGEST_PAUSE_MS)
        for before, after in itertools.pairwise(own)
        if not _overlaps(Span(before, after), interrupted)
    ]


def _bridged(spans: Iterable[Span], gap_ms: int) -> list[Span]:
    """Sorted, joined where they overlap or lie closer than `gap_ms`."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start_ms, s.end_ms)):
        if not span.length_ms:
            continue
        if merged and span.start_ms - merged[-1].end_ms < gap_ms:
            merged[-1] = Span(merged[-1].start_ms, max(merged[-1].end_ms, span.end_ms))
        else:
            merged.append(span)
    return merged


def _without(spans: Iterable[Span], removed: Sequence[Span]) -> list[Span]:
    left = list(spans)
    for hole in removed:
        left = [
            part
            for span in left
            for part in (
                Span(span.start_ms, min(span.end_ms, hole.start_ms)),
                Span(max(span.start_ms, hole.end_ms), span.end_ms),
            )
            if part.length_ms
        ]
    return left


def _overlaps(gap: Span, spans: Iterable[Span]) -> bool:
    return any(span.start_ms < gap.end_ms and span.end_ms > gap.start_ms for span in spans)
