"""What one expert reaches: each against the median of the others."""

from collections.abc import Sequence
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
    mean_extremes_by_speaker: tuple[float, float]


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
        float(np.mean([pearson(*_means(*pair)) for pair in pairs])),
        float(np.mean([within(o, m, 1) for o, m, _ in pairs])),
        _mean_extremes([(own, others) for own, others, _ in pairs]),
        _mean_extremes([_means(*pair) for pair in pairs]),
    )


def _mean_extremes(pairs: Sequence[tuple[Matrix, Matrix]]) -> tuple[float, float]:
    found = [tenth_in_thirds(own, others) for own, others in pairs]
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


def _means(one: Matrix, other: Matrix, names: NDArray[np.str_]) -> tuple[Matrix, Matrix]:
    """Both scores by speaker."""
    places = [names == name for name in np.unique(names)]
    return (
        np.array([one[place].mean() for place in places]),
        np.array([other[place].mean() for place in places]),
    )
