"""How an answer was spoken: where its pauses fall, how steady it is, how often it is mended.

Whether a pause falls between clauses is judged by the words around it, since recognition puts a
full stop after many a hesitation: beside a filler or a repetition it is one; after a word that
cannot end a clause ("the", "my", "I", "to", "because") it is inside one; before a word that opens
one ("and", "she", "when") it is between two. Only where the words leave it open, punctuation tells.
"""

import bisect
import itertools
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from viva.fraud.domain.model import Answer, Span
from viva.fraud.domain.utterance import Said, utterance_of

_SUBJECTS = "i he she we they"
_OPENING_WORDS = (
    f"{_SUBJECTS} you it there and but so because when if while that which who whose where "
    "although though then or as after before since until unless whereas"
)
_UNENDING_WORDS = (
    f"{_SUBJECTS} a an the my your his her its our their this these those some any every each no "
    "of to in on at for from with by about into over under between through during without "
    "and or but because if when while that which who although than as "
    "am is are was were be been being do does did have has had will would can could shall should "
    "may might must very more most"
)
_OPENERS = frozenset(_OPENING_WORDS.split())
_UNENDING = frozenset(_UNENDING_WORDS.split())
_VOWELS = re.compile(r"[aeiouy]+")
_MIN_RUN_SYLLABLES = 4


@dataclass(frozen=True)
class Pause:
    """A silence between two words; `at_boundary` between two clauses."""

    span: Span
    silence_ms: int
    at_boundary: bool


@dataclass(frozen=True)
class Manner:
    """Counts and rates over one or more answers."""

    words: int = 0
    pauses: tuple[Pause, ...] = ()
    repairs: int = 0
    fillers: int = 0
    rates: tuple[float, ...] = ()

    def __add__(self, other: "Manner") -> "Manner":
        return Manner(
            self.words + other.words,
            self.pauses + other.pauses,
            self.repairs + other.repairs,
            self.fillers + other.fillers,
            self.rates + other.rates,
        )

    @property
    def boundary_pauses(self) -> int:
        """Pauses that fall between clauses."""
        return sum(pause.at_boundary for pause in self.pauses)

    @property
    def boundary_share(self) -> float:
        """Share of the pauses that fall between clauses; few pauses draw it towards a half."""
        return (self.boundary_pauses + 1) / (len(self.pauses) + 2)

    @property
    def unsteadiness(self) -> float:
        """Coefficient of variation of the articulation rate from run to run."""
        return _variation(self.rates)

    @property
    def pause_variation(self) -> float:
        """Coefficient of variation of the pauses' length."""
        return _variation([float(pause.silence_ms) for pause in self.pauses])

    @property
    def repairs_per_100_words(self) -> float:
        """Repetitions, broken-off words and fillers."""
        return 100 * (self.repairs + self.fillers) / self.words if self.words else 0.0


def manner_of(answer: Answer, pause_ms: int) -> Manner:
    """The candidate's own words only; a typed answer has no manner."""
    said = utterance_of(answer)
    if not said.words:
        return Manner(fillers=said.fillers, repairs=said.repairs)
    pauses = _pauses(answer, said.words, pause_ms)
    return Manner(
        words=len(said.words),
        pauses=tuple(pauses.values()),
        repairs=said.repairs,
        fillers=said.fillers,
        rates=_rates(said.words, pauses),
    )


def _variation(values: Sequence[float]) -> float:
    if len(values) < 2:
        return 0.0
    return statistics.pstdev(values) / statistics.fmean(values)


def _pauses(answer: Answer, words: Sequence[Said], pause_ms: int) -> dict[int, Pause]:
    """Pauses by the place of the word before them; silence that others fill is none.

    Voice activity tells where the silence is: a recognizer stretches words over it, so a word is
    before a silence when its middle is.
    """
    found: dict[int, Pause] = {}
    middles = [(word.span.start_ms + word.span.end_ms) / 2 for word in words]
    for silence in _silences(answer, words):
        place = bisect.bisect(middles, (silence.start_ms + silence.end_ms) / 2) - 1
        others = (*answer.interviewer, *answer.other_turns)
        if not 0 <= place < len(words) - 1 or any(span.meets(silence) for span in others):
            continue
        length_ms = silence.length_ms + (found[place].silence_ms if place in found else 0)
        at_boundary = _is_boundary(words[place], words[place + 1])
        found[place] = Pause(silence, length_ms, at_boundary)
    return {place: pause for place, pause in found.items() if pause.silence_ms >= pause_ms}


def _silences(answer: Answer, words: Sequence[Said]) -> list[Span]:
    """Between voiced spans; without these, between words."""
    voiced = sorted(answer.speech or (word.span for word in words), key=lambda span: span.start_ms)
    gaps = (Span(one.end_ms, other.start_ms) for one, other in itertools.pairwise(voiced))
    return [gap for gap in gaps if gap.length_ms]


def _is_boundary(before: Said, after: Said) -> bool:
    if before.hesitant or after.core == before.core or before.core in _UNENDING:
        return False
    return after.core in _OPENERS or before.ends_clause


def _rates(words: Sequence[Said], pauses: Mapping[int, Pause]) -> tuple[float, ...]:
    """Syllables per second of each run that is long enough to tell."""
    runs: list[list[Said]] = [[]]
    for place, word in enumerate(words):
        runs[-1].append(word)
        if word.hesitant or place in pauses:
            runs.append([])
    rates = []
    for run in (run for run in runs if run):
        syllables = sum(max(1, len(_VOWELS.findall(word.core))) for word in run)
        length_ms = run[-1].span.end_ms - run[0].span.start_ms
        if syllables >= _MIN_RUN_SYLLABLES and length_ms > 0:
            rates.append(1000 * syllables / length_ms)
    return tuple(rates)
