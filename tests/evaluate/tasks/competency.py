"""Competency scores against people's ratings of the same answers; impact by group where told."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from statistics import mean

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr  # type: ignore[import-untyped]

from tests.evaluate.data.answers import Rated, points, read_rated
from tests.evaluate.metrics.agreement import (
    partial_correlation,
    pearson,
    quadratic_kappa,
    within,
)
from tests.evaluate.metrics.bootstrap import Indices, by_group
from tests.evaluate.metrics.impact import fisher, impact, reference
from tests.evaluate.registry import Bench, Outcome, Row, Task, missing

_ONE, _FIVE = 1, 5
_POINTS_A_STEP = 25  # anchors 1, 3 and 5 are meant as 0, 50 and 100 points
_FOUR_FIFTHS = 0.8

Values = NDArray[np.float64]
Scored = Sequence[tuple[Rated, float]]


def run(bench: Bench) -> Outcome:
    """Agreement, what of it is only length, and impact."""
    path, resamples = bench.settings.competency, bench.settings.bootstrap
    if path is None:
        return missing("competency")
    rated = read_rated(path)
    found = [(one, points(one.text, one.question, one.competency)) for one in rated]
    scored = [(one, value) for one, value in found if value is not None]
    none = np.array([value is None for _, value in found], dtype=float)
    speakers = [one.speaker for one in rated]
    rows = [*agreement(scored, resamples), *impacts(scored, resamples)] if scored else []
    if not _on_the_scale(scored):
        bench.say("competency: some rating is not of 1 to 5: no kappa, no distance")
    return Outcome(
        [
            *rows,
            Row(
                "no score",
                float(none.mean()),
                by_group(speakers, lambda at: float(none[at].mean()), resamples),
                n=len(rated),
                groups=len(set(speakers)),
            ),
        ]
    )


def agreement(scored: Scored, resamples: int) -> list[Row]:
    """With the raters: in order, and on their scale where that is 1 to 5."""
    ratings = np.array([one.rating for one, _ in scored])
    values = np.array([value for _, value in scored])
    words = np.log([max(1, len(one.text.split())) for one, _ in scored])
    middle = np.full(len(scored), np.median(ratings))
    scale = _ONE + values / _POINTS_A_STEP
    speakers = [one.speaker for one, _ in scored]

    def row(name: str, measure: Callable[..., float], *parts: Values) -> Row:
        return Row(
            name,
            measure(*parts),
            by_group(speakers, lambda at: measure(*(part[at] for part in parts)), resamples),
            n=len(scored),
            groups=len(set(speakers)),
        )

    length, usual = "log of the word count", "always the median"
    rows = [
        replace(
            row("Pearson with the raters", pearson, values, ratings),
            baseline=pearson(words, ratings),
            baseline_name=length,
            human=0.49,
        ),
        replace(
            row("rank r with the raters", _rank_r, values, ratings),
            baseline=_rank_r(words, ratings),
            baseline_name=length,
        ),
        replace(
            row("score and word count, ratings held constant", _partial, values, words, ratings),
            goal=0.10,
            at_most=True,
        ),
    ]
    if not _on_the_scale(scored):
        return rows
    return [
        *rows,
        replace(
            row("quadratic kappa with the raters", _kappa, scale, ratings),
            baseline=_kappa(middle, ratings),
            baseline_name=usual,
            note="points as steps 1 to 5, rounded; means not aligned",
        ),
        replace(
            row("within a point of the raters", _near, scale, ratings),
            baseline=_near(middle, ratings),
            baseline_name=usual,
            note="points as 1 to 5, not rounded; means not aligned",
        ),
    ]


def impacts(scored: Scored, resamples: int) -> list[Row]:
    """Each group's share of people above the median, over that of the group with the highest.

    A person counts once, by the mean of their answers; the raters' own ratio stands beside it.
    Nothing where fewer than two groups are named.

    Raises:
        ValueError: somebody is in two groups.
    """
    people = list(_people(scored))
    groups = [group for group, _, _ in people]
    if len(set(groups)) < 2:
        return []
    values, ratings = (np.array([one[place] for one in people]) for place in (1, 2))
    best, raters_best = reference(values, groups), reference(ratings, groups)
    names = np.array(groups)

    def ratio(name: str, at: Indices) -> float:
        return impact(values[at], names[at].tolist(), name, best).ratio

    rows = []
    for name in sorted(set(groups)):
        own = impact(values, groups, name, best)
        rows.append(
            Row(
                "impact ratio of people above the median",
                own.ratio,
                by_group(range(len(people)), partial(ratio, name), resamples),
                subset=name,
                n=own.people,
                groups=own.people,
                human=impact(ratings, groups, name, raters_best).ratio,
                goal=_FOUR_FIFTHS,
                note=f"rate {own.rate:.2f}; Fisher's p {fisher(values, groups, name, best):.3f} "
                f"beside {best}; human: the raters' own ratio",
            )
        )
    return rows


def _people(scored: Scored) -> Iterator[tuple[str, float, float]]:
    """Group, mean score and mean rating of everybody whose group is told."""
    own: dict[str, list[tuple[Rated, float]]] = {}
    for one, value in scored:
        if one.group:
            own.setdefault(one.speaker, []).append((one, value))
    for speaker, answers in own.items():
        groups = {one.group for one, _ in answers}
        if len(groups) > 1:
            raise ValueError(f"speaker {speaker} is in two groups: {', '.join(sorted(groups))}")
        yield (
            groups.pop(),
            mean(value for _, value in answers),
            mean(one.rating for one, _ in answers),
        )


def _on_the_scale(scored: Scored) -> bool:
    return all(_ONE <= one.rating <= _FIVE for one, _ in scored)


def _rank_r(one: Values, other: Values) -> float:
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    return float(spearmanr(one, other).statistic)


def _partial(one: Values, other: Values, held: Values) -> float:
    return abs(partial_correlation(one, other, held))


def _near(one: Values, other: Values) -> float:
    return within(one, other, 1)


def _kappa(one: Values, other: Values) -> float:
    """Of steps 1 to 5, halves rounded up."""
    return quadratic_kappa(_steps(one), _steps(other), _FIVE - _ONE + 1)


def _steps(values: Values) -> NDArray[np.intp]:
    return np.floor(values + 0.5).astype(np.intp) - _ONE


TASK = Task("competency", "competency scores against rated answers", run)
