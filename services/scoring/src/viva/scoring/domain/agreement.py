"""How far scores agree with people's."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

LEVELS = 5
_STEP = 25.0
_TENTHS = 10
_UPPER_TENTHS = 3


@dataclass(frozen=True)
class Agreement:
    """Of a model's scores with people's, both 0 to 100.

    Attributes:
        pearson: None where either side is all the same.
        qwk: kappa on the levels 1 to 5, quadratically weighted; None where all are of one level.
        within_one: share that differ by at most one level.
        within_one_constant: the same for always saying the people's mean.
        top_tenth: share of the model's top tenth that lies in the people's top three tenths.
        bottom_tenth: the same from below.
    """

    candidates: int
    pearson: float | None
    qwk: float | None
    within_one: float
    within_one_constant: float
    top_tenth: float
    bottom_tenth: float


def agreement(model: Sequence[float], people: Sequence[float]) -> Agreement:
    """Measures all at once; both in the same order."""
    mean = statistics.fmean(people) if people else 0.0
    return Agreement(
        len(people),
        _pearson(model, people),
        _kappa([_level(one) for one in model], [_level(one) for one in people]),
        _near(model, people),
        _near([mean] * len(people), people),
        _tenth([-one for one in model], [-one for one in people]),
        _tenth(model, people),
    )


def _pearson(model: Sequence[float], people: Sequence[float]) -> float | None:
    if len(people) < 2 or min(len(set(model)), len(set(people))) < 2:
        return None
    return statistics.correlation(model, people)


def _level(score: float) -> int:
    return min(LEVELS, max(1, math.floor(1 + score / _STEP + 0.5)))


def _kappa(model: Sequence[int], people: Sequence[int]) -> float | None:
    count = len(people)
    seen = sum((a - b) ** 2 for a, b in zip(model, people, strict=True)) / max(1, count)
    by_chance = sum(
        model.count(a) * people.count(b) * (a - b) ** 2
        for a in range(1, LEVELS + 1)
        for b in range(1, LEVELS + 1)
    ) / max(1, count * count)
    return 1 - seen / by_chance if by_chance else None


def _near(model: Sequence[float], people: Sequence[float]) -> float:
    near = sum(abs(a - b) <= _STEP for a, b in zip(model, people, strict=True))
    return near / max(1, len(people))


def _tenth(model: Sequence[float], people: Sequence[float]) -> float:
    """Share of the model's lowest tenth that the people see among their lowest three."""
    if not people:
        return 0.0
    count = len(people)
    lowest = sorted(range(count), key=lambda place: (model[place], place))
    chosen = lowest[: max(1, count // _TENTHS)]
    cut = sorted(people)[max(0, math.ceil(_UPPER_TENTHS * count / _TENTHS) - 1)]
    return sum(people[place] <= cut for place in chosen) / len(chosen)
