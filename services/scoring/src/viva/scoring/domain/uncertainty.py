"""How sure a mean over answers is: their spread, and what is known of it before any is heard."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Prior:
    """What is known beforehand of one answer's score about the person's.

    Attributes:
        sd: its standard deviation in tenths.
        answers: how many observations that counts as.
    """

    sd: int
    answers: int


def standard_error(scores: Sequence[int], prior: Prior, weights: Sequence[int] = ()) -> int:
    """Of the mean, in tenths: the spread between answers, shrunk towards a prior spread.

    One answer alone says nothing about the spread, so observations of the prior are pooled in.

    Args:
        weights: how much each answer counts, above zero; alike where there are none. Answers of
            unequal weight count as fewer (Kish's effective number).
    """
    shares = [Fraction(weight) for weight in weights or [1] * len(scores)]
    pairs = list(zip(shares, scores, strict=True))
    whole = sum(shares)
    count = whole**2 / sum(share**2 for share in shares)
    mean = sum(share * score for share, score in pairs) / whole
    spread = count * sum(share * (score - mean) ** 2 for share, score in pairs) / whole
    pooled = (spread + prior.answers * prior.sd**2) / (count - 1 + prior.answers)
    return math.isqrt(math.ceil(pooled / count))
