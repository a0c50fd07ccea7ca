"""The numbers of the language model, as data: one versioned, hashed file holds them all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from viva.scoring.domain.term import Term
from viva.scoring.domain.uncertainty import Prior
from viva.scoring.domain.word_levels import Ceilings


@dataclass(frozen=True)
class Measure:
    """A term of the fluency model, with the range of the speakers that it was fitted on."""

    term: Term
    lowest: float
    highest: float

    def fits(self, value: float) -> bool:
        """Whether the model has seen such a value, or one beyond which more counts for nothing.

        Free speech runs on for longer than the sentences of the fitting set; where the term has
        reached its best inside the fitted range, nothing is extrapolated.
        """
        seen = self.lowest <= value <= self.highest
        return seen or (self.lowest <= self.term.best <= self.highest and self._beyond_best(value))

    def _beyond_best(self, value: float) -> bool:
        rising = self.term.best > self.term.worst
        return value >= self.term.best if rising else value <= self.term.best


@dataclass(frozen=True)
class LanguageModel:
    """Everything that the file holds.

    Attributes:
        base: tenths that a speaker has who gets nothing from any term.
        basis: what fluency was fitted on, in a sentence.
        intelligibility: its one term.
        cefr_short: the terms of a level up to a hundred words; `cefr_long` those of a level from
            very many words, lexical diversity among them. In between, the one pass over into the
            other.
        ceilings: of the levels of words.
        usual: what words and grammar usually are; a level starts from there.
        usual_words: how many words that counts as.
        cuts: lowest index (tenths) of each CEFR level above A1.
        half_width_base: CEFR interval in tenths: base + per_root_word / sqrt(words), and
            `half_width_outside` for each fluency term that is out of its fitted range.
        validation: by score ("fluency", "cefr", "intelligibility"): what it was checked against.
        fluency_prior: of its standard error; `intelligibility_prior` of the other's.
    """

    name: str
    version: str
    sha256: str
    base: int
    fluency: tuple[Measure, ...]
    basis: str
    intelligibility: Term
    cefr_short: tuple[Term, ...]
    cefr_long: tuple[Term, ...]
    ceilings: Ceilings
    usual: Mapping[str, float]
    usual_words: int
    cuts: Mapping[str, int]
    cefr_provisional: bool
    half_width_base: int
    half_width_per_root_word: int
    half_width_outside: int
    validation: Mapping[str, str]
    fluency_prior: Prior
    intelligibility_prior: Prior

    @property
    def fluency_terms(self) -> Sequence[Term]:
        """Without their fitted ranges."""
        return tuple(measure.term for measure in self.fluency)
