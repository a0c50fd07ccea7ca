"""How an answer was spoken: where its pauses fall, how steady it is, how often it is mended."""

import itertools
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from viva.fraud.domain.model import Answer, Span, SpokenWord

_FILLERS = frozenset(["um", "uh", "uhm", "umm", "hmm", "mm", "er", "erm", "ah", "eh"])
# A word before which a clause may begin without a comma.
_OPENING_WORDS = (
    "and but so because when if while that which who although though then or as where after before "
    "since until"
)
_OPENERS = frozenset(_OPENING_WORDS.split())
_CLAUSE_END = re.compile(r"[.,;:?!\u2026]$")
_VOWELS = re.compile(r"[aeiouy]+")
_MIN_RUN_SYLLABLES = 4


@dataclass(frozen=True)
class Manner:
    """Counts and rates over one or more answers."""

    words: int = 0
    pauses: int = 0
    boundary_pauses: int = 0
    repairs: int = 0
    rates: tuple[float, ...] = ()

    def __add__(self, other: "Manner") -> "Manner":
        return Manner(
            self.words + other.words,
            self.pauses + other.pauses,
            self.boundary_pauses + other.boundary_pauses,
            self.repairs + other.repairs,
            self.rates + other.rates,
        )

    @property
    def boundary_share(self) -> float:
        """Share of the pauses that fall between clauses."""
        return self.boundary_pauses / self.pauses if self.pauses else 0.0

    @property
    def unsteadiness(self) -> float:
        """Coefficient of variation of the articulation rate from run to run."""
        if len(self.rates) < 2:
            return 0.0
        return statistics.pstdev(self.rates) / statistics.fmean(self.rates)

    @property
    def repairs_per_100_words(self) -> float:
        """Repetitions, fillers and broken-off words."""
        return 100 * self.repairs / self.words if self.words else 0.0


def manner_of(answer: Answer, pause_ms: int) -> Manner:
    """The candidate's own words only; a typed answer has no manner."""
    words = [word for word in answer.words if not word.dropped]
    if answer.typed or not words:
        return Manner()
    gaps = [
        (before, after)
        for before, after in itertools.pairwise(words)
        if _silence_ms(answer, before, after) >= pause_ms
    ]
    return Manner(
        words=len(words),
        pauses=len(gaps),
        boundary_pauses=sum(_is_boundary(before, after) for before, after in gaps),
        repairs=_repairs(words),
        rates=_rates(words, pause_ms),
    )


def _silence_ms(answer: Answer, before: SpokenWord, after: SpokenWord) -> int:
    """Silence between two words; 0 where somebody else fills it."""
    gap = Span(before.span.end_ms, after.span.start_ms)
    others = (*answer.interviewer, *answer.other_turns)
    if any(span.start_ms < gap.end_ms and span.end_ms > gap.start_ms for span in others):
        return 0
    voiced = sum(
        Span(max(span.start_ms, gap.start_ms), min(span.end_ms, gap.end_ms)).length_ms
        for span in answer.speech
    )
    return gap.length_ms - min(gap.length_ms, voiced)


def _is_boundary(before: SpokenWord, after: SpokenWord) -> bool:
    return bool(_CLAUSE_END.search(before.text.strip())) or _core(after) in _OPENERS


def _repairs(words: Sequence[SpokenWord]) -> int:
    cores = [_core(word) for word in words]
    repeated = sum(
        one == two and one not in {"very", "really"} for one, two in itertools.pairwise(cores)
    )
    broken = sum(word.text.strip().endswith(("-", "\u2014")) for word in words)
    return repeated + broken + sum(core in _FILLERS for core in cores)


def _rates(words: Sequence[SpokenWord], pause_ms: int) -> tuple[float, ...]:
    """Syllables per second of each run that is long enough to tell."""
    runs: list[list[SpokenWord]] = [[words[0]]]
    for before, after in itertools.pairwise(words):
        if after.span.start_ms - before.span.end_ms >= pause_ms:
            runs.append([])
        runs[-1].append(after)
    rates = []
    for run in runs:
        syllables = sum(max(1, len(_VOWELS.findall(_core(word)))) for word in run)
        length_ms = run[-1].span.end_ms - run[0].span.start_ms
        if syllables >= _MIN_RUN_SYLLABLES and length_ms > 0:
            rates.append(1000 * syllables / length_ms)
    return tuple(rates)


def _core(word: SpokenWord) -> str:
    return word.text.strip().strip(".,;:?!-\u2014\u2026\"'").lower()
