"""Fluency, intelligibility and CEFR: monotone additive models over timing, words and grammar."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from viva.scoring.domain.additive import contribution, contributions, total
from viva.scoring.domain.language_model import LanguageModel
from viva.scoring.domain.model import Contribution, Scored
from viva.scoring.domain.term import Term

MTLD_MINIMUM_WORDS = 100
_BASE = "base"
_BASE_LABEL = "What the least fluent speakers of the fitting set were given"


@dataclass(frozen=True)
class Cefr:
    """A level with the interval that the evidence allows, or the reason why there is none."""

    level: str
    low: str
    high: str
    null_reason: str = ""
    contributions: tuple[Contribution, ...] = ()


@dataclass(frozen=True)
class Language:
    """Command of the language, over all spoken answers.

    Attributes:
        features: what the scores were computed from, rounded to four decimals.
        outside: features of fluency that lie out of the range it was fitted on.
        fluency_error: its standard error in tenths, None with the score; `intelligibility_error`
            the other's.
    """

    fluency: Scored
    intelligibility: Scored
    cefr: Cefr
    features: tuple[tuple[str, float], ...] = ()
    outside: tuple[str, ...] = ()
    fluency_error: int | None = None
    intelligibility_error: int | None = None


def no_language(reason: str) -> Language:
    """Nothing of it can be given."""
    nothing = Scored(None, reason)
    return Language(nothing, nothing, Cefr("", "", "", reason))


def fluency(features: Mapping[str, float], model: LanguageModel) -> Scored:
    """0 to 1000 tenths, the experts' scale of 0 to 10 times a hundred."""
    summands = [Contribution(_BASE, _BASE_LABEL, model.base)]
    summands += contributions(model.fluency_terms, features)
    return Scored(total(summands), contributions=tuple(summands))


def outside(features: Mapping[str, float], model: LanguageModel) -> tuple[str, ...]:
    """Features out of their fitted range: the score is extrapolated there."""
    return tuple(m.term.name for m in model.fluency if not m.fits(features[m.term.name]))


def intelligibility(word_confidence: float | None, model: LanguageModel) -> Scored:
    """0 to 1000 tenths; what is understood surely enough is understood: capped at its best."""
    if word_confidence is None:
        return Scored(None, "no_word_confidence")
    summand = contribution(model.intelligibility, word_confidence)
    return Scored(summand.tenths, contributions=(summand,))


def cefr(
    features: Mapping[str, float], words: int, model: LanguageModel, extrapolated: int = 0
) -> Cefr:
    """Level of the index, and of the index less and plus its half width.

    Few words say little about a vocabulary: one that is misheard moves the level. So their features
    are drawn to what is usual, as much as the words are few.

    Args:
        features: holds "fluency" (points) beside vocabulary and grammar; "mtld" from 100 words.
        words: how many the evidence rests on.
        extrapolated: how many features of fluency are out of their fitted range.
    """
    summands = contributions(level_terms(words, model), drawn(features, words, model))
    index = total(summands)
    half = (
        model.half_width_base
        + math.ceil(model.half_width_per_root_word / math.sqrt(max(1, words)))
        + model.half_width_outside * extrapolated
    )
    return Cefr(
        level=level(index, model.cuts),
        low=level(index - half, model.cuts),
        high=level(index + half, model.cuts),
        contributions=tuple(summands),
    )


def level_terms(words: int, model: LanguageModel) -> tuple[Term, ...]:
    """The terms of a level from this many words.

    Diversity comes in little by little, as the others' points go down: a single word more must not
    move a level.
    """
    beyond = max(0, words - MTLD_MINIMUM_WORDS)
    if not beyond:
        return model.cefr_short
    share = beyond / (beyond + model.usual_words)
    short = {term.name: term.points for term in model.cefr_short}
    return tuple(
        replace(
            term,
            points=math.floor(share * term.points + (1 - share) * short.get(term.name, 0) + 0.5),
        )
        for term in model.cefr_long
    )


def drawn(features: Mapping[str, float], words: int, model: LanguageModel) -> dict[str, float]:
    """The features with `usual_words` words of usual ones beside the words that were said."""
    said = words / (words + model.usual_words) if words else 0.0
    return {
        name: said * value + (1 - said) * model.usual.get(name, value)
        for name, value in features.items()
    }


def level(tenths: int, cuts: Mapping[str, int]) -> str:
    """The highest level whose cut is reached."""
    reached = [name for name, cut in cuts.items() if tenths >= cut]
    return reached[-1] if reached else "A1"
