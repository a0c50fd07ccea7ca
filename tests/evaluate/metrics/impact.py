"""Impact by group, as New York City's Local Law 144 counts it for scores."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import fisher_exact  # type: ignore[import-untyped]


@dataclass(frozen=True)
class Impact:
    """Of one group.

    Attributes:
        rate: share of its people who score above the median of all.
        ratio: that rate over the reference group's; not a number without people, or where that
            rate is 0.
    """

    people: int
    rate: float
    ratio: float


def reference(scores: ArrayLike, groups: Sequence[str]) -> str:
    """The group with the highest rate; of equals the larger, then the first by name."""
    rates = {name: _counts(scores, groups, name) for name in set(groups)}
    return min(
        rates, key=lambda name: (-rates[name][0] / sum(rates[name]), -sum(rates[name]), name)
    )


def impact(scores: ArrayLike, groups: Sequence[str], name: str, against: str) -> Impact:
    """Of the people of `name`, beside those of `against`; one score a person."""
    (above, below), (theirs, rest) = (_counts(scores, groups, one) for one in (name, against))
    people = above + below
    rate = above / people if people else float("nan")
    return Impact(people, rate, rate / (theirs / (theirs + rest)) if theirs else float("nan"))


def fisher(scores: ArrayLike, groups: Sequence[str], name: str, against: str) -> float:
    """How likely so unequal shares above the median are where the groups are alike."""
    table = [_counts(scores, groups, one) for one in (name, against)]
    return float(fisher_exact(table).pvalue)


def _counts(scores: ArrayLike, groups: Sequence[str], name: str) -> tuple[int, int]:
    """How many of a group are above the median of all, and how many are not."""
    values = np.asarray(scores, dtype=float)
    above = (values > np.median(values))[np.asarray(groups) == name]
    return int(above.sum()), int(len(above) - above.sum())
