"""Fluency and CEFR: two monotone additive models over timing, vocabulary and grammar."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from viva.scoring.domain.additive import contributions, total
from viva.scoring.domain.coefficients import Coefficients
from viva.scoring.domain.model import Contribution, Scored

MTLD_MINIMUM_WORDS = 100


@dataclass(frozen=True)
class Cefr:
    """A level with the interval that the evidence allows, or the reason why there is none."""

    level: str
    low: str
    high: str
    null_reason: str = ""
    contributions: tuple[Contribution, ...] = ()


def no_cefr(reason: str) -> Cefr:
    """A level that cannot be given."""
    return Cefr("", "", "", reason)


def fluency(features: Mapping[str, float], coefficients: Coefficients) -> Scored:
    """0 to 1000 tenths."""
    summands = contributions(coefficients.fluency, features)
    return Scored(total(summands), contributions=tuple(summands))


def cefr(features: Mapping[str, float], words: int, coefficients: Coefficients) -> Cefr:
    """Level of the index, and of the index less and plus its half width.

    Args:
        features: holds "fluency" (points) beside vocabulary and grammar; "mtld" from 100 words.
        words: how many the evidence rests on.
    """
    terms = coefficients.cefr_long if "mtld" in features else coefficients.cefr_short
    summands = contributions(terms, features)
    index = total(summands)
    half = coefficients.half_width_base + math.ceil(
        coefficients.half_width_per_root_word / math.sqrt(max(1, words))
    )
    return Cefr(
        level=_level(index, coefficients.cuts),
        low=_level(index - half, coefficients.cuts),
        high=_level(index + half, coefficients.cuts),
        contributions=tuple(summands),
    )


def _level(tenths: int, cuts: Mapping[str, int]) -> str:
    reached = [level for level, cut in cuts.items() if tenths >= cut]
    return reached[-1] if reached else "A1"
