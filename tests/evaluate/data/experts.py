"""What one expert reaches: each against the median of the others."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.evaluate.data.rated import Rated
from tests.evaluate.metrics.additive_fit import Matrix
from tests.evaluate.metrics.agreement import pearson, tenth_in_thirds, within


@dataclass(frozen=True)
class Against:
    """For each expert their own scores and the others' median, NaN where they did not score."""

    own: tuple[Matrix, ...]
    others: tuple[Matrix, ...]
    mean_expert: float
    mean_expert_by_speaker: float
    mean_within: float
    mean_extremes: tuple[float, float]


def against_experts(found: Rated, aspect: str) -> Against:
    """Of one aspect; not a number where there is one expert only."""
    scores = [one.scores[aspect] for one in found.utterances]
    count = max(len(row) for row in scores)
    own = [_column(scores, number) for number in range(count)]
    others = [_others(scores, number) for number in range(count)]
    pairs = [
        (o[kept], m[kept], np.array(found.speakers)[kept])
        for o, m in zip(own, others, strict=True)
        for kept in [np.isfinite(o) & np.isfinite(m)]
    ]
    return Against(
        tuple(own),
        tuple(others),
        float(np.mean([pearson(o, m) for o, m, _ in pairs])),
        float(np.mean([_by_speaker(o, m, names) for o, m, names in pairs])),
        float(np.mean([within(o, m, 1) for o, m, _ in pairs])),
        _mean_extremes(pairs),
    )


def _mean_extremes(
    pairs: list[tuple[Matrix, Matrix, NDArray[np.str_]]],
) -> tuple[float, float]:
    found = [tenth_in_thirds(own, others) for own, others, _ in pairs]
    return float(np.mean([top for top, _ in found])), float(np.mean([low for _, low in found]))


def _column(scores: list[tuple[float, ...]], number: int) -> Matrix:
    return np.array([row[number] if number < len(row) else np.nan for row in scores])


def _others(scores: list[tuple[float, ...]], number: int) -> Matrix:
    return np.array(
        [
            np.median(row[:number] + row[number + 1 :]) if number < len(row) > 1 else np.nan
            for row in scores
        ]
    )


def _by_speaker(one: Matrix, other: Matrix, names: NDArray[np.str_]) -> float:
    people = np.unique(names)
    return pearson(
        [one[names == name].mean() for name in people],
        [other[names == name].mean() for name in people],
    )
