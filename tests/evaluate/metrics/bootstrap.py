"""Intervals by resampling whole speakers: utterances of one person are no independent facts."""

from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SEED = 762
Indices = NDArray[np.intp]


class Interval(NamedTuple):
    """The middle 95%."""

    low: float
    high: float


def by_group(
    groups: Sequence[Hashable], measure: Callable[[Indices], float], resamples: int
) -> Interval:
    """Percentile bootstrap over groups.

    Args:
        groups: the speaker of each item.
        measure: the figure of the items at these indices, an index may come twice.
        resamples: how often; those whose figure is not a number are left out.
    """
    members = _members(groups)
    random = np.random.default_rng(SEED)
    found = []
    for _ in range(resamples):
        drawn = random.integers(0, len(members), len(members))
        value = measure(np.concatenate([members[number] for number in drawn]))
        if np.isfinite(value):
            found.append(value)
    if not found:
        return Interval(float("nan"), float("nan"))
    return Interval(float(np.quantile(found, 0.025)), float(np.quantile(found, 0.975)))


def folds(groups: Sequence[Hashable], count: int, *, seed: int = SEED) -> list[Indices]:
    """Indices in `count` parts so that no group is in two of them."""
    members = _members(groups)
    order = np.random.default_rng(seed).permutation(len(members))
    return [
        np.concatenate([members[number] for number in order[start::count]])
        for start in range(min(count, len(members)))
    ]


def _members(groups: Sequence[Hashable]) -> list[Indices]:
    places: dict[Hashable, list[int]] = {}
    for place, group in enumerate(groups):
        places.setdefault(group, []).append(place)
    return [np.asarray(found, dtype=np.intp) for found in places.values()]
