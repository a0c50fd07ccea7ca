"""How well two sets of scores agree."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def pearson(one: ArrayLike, other: ArrayLike) -> float:
    """Pearson's correlation; not a number where one of them does not vary."""
    x, y = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    x, y = x - x.mean(), y - y.mean()
    return float(np.clip((x @ y) / np.sqrt((x @ x) * (y @ y)), -1, 1))


def within(one: ArrayLike, other: ArrayLike, distance: float) -> float:
    """Share of pairs at most `distance` apart."""
    gap = np.abs(np.asarray(one, dtype=float) - np.asarray(other, dtype=float))
    return float(np.mean(gap <= distance + 1e-9)) if len(gap) else float("nan")


def quadratic_kappa(one: ArrayLike, other: ArrayLike, categories: int) -> float:
    """Cohen's kappa with quadratic weights (Cohen 1968) over categories 0..categories-1.

    1 where both name the same single category throughout.
    """
    x, y = np.asarray(one, dtype=int), np.asarray(other, dtype=int)
    if not len(x):
        return float("nan")
    observed = np.zeros((categories, categories))
    np.add.at(observed, (x, y), 1)
    expected = np.outer(observed.sum(1), observed.sum(0)) / len(x)
    place = np.arange(categories)
    weights = np.square(place[:, None] - place[None, :])
    disagreement = float((weights * expected).sum())
    return 1 - float((weights * observed).sum()) / disagreement if disagreement else 1.0


def partial_correlation(one: ArrayLike, other: ArrayLike, given: ArrayLike) -> float:
    """Pearson's correlation of what a straight line over `given` leaves of both."""
    z = np.asarray(given, dtype=float)
    design = np.column_stack([np.ones(len(z)), z])

    def rest(values: ArrayLike) -> NDArray[np.float64]:
        y = np.asarray(values, dtype=float)
        return np.asarray(y - design @ np.linalg.lstsq(design, y, rcond=None)[0])

    return pearson(rest(one), rest(other))


def tenth_in_thirds(model: ArrayLike, panel: ArrayLike) -> tuple[float, float]:
    """Share of the model's top (bottom) tenth that lies in the panel's top (bottom) three tenths.

    The panel's ties at the cut count as inside: its scores are few whole numbers.
    """
    x, y = np.asarray(model, dtype=float), np.asarray(panel, dtype=float)
    count = max(1, round(len(x) / 10))
    order = np.argsort(x, kind="stable")
    high = float(np.mean(y[order[-count:]] >= np.quantile(y, 0.7)))
    low = float(np.mean(y[order[:count]] <= np.quantile(y, 0.3)))
    return high, low
