"""Fits the glass box: winsorized terms with no negative weight, shrunk towards known ones."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
_ROUNDS = 2000


@dataclass(frozen=True)
class Shape:
    """Where each term begins and ends, and the weights to shrink towards (their scale is free)."""

    worst: Matrix
    best: Matrix
    prior: Matrix

    def positions(self, values: Matrix) -> Matrix:
        """Each value between its worst (0) and its best (1), winsorized."""
        return np.asarray(np.clip((values - self.worst) / (self.best - self.worst), 0, 1))


@dataclass(frozen=True)
class Fit:
    """Points of the target: `base + positions @ weights`."""

    shape: Shape
    base: float
    weights: Matrix

    def predict(self, values: Matrix) -> Matrix:
        """One figure for each row of features."""
        return np.asarray(self.base + self.shape.positions(values) @ self.weights)


def fit(values: Matrix, target: Matrix, shape: Shape, shrinkage: float) -> Fit:
    """Least squares with a penalty on the distance from `scale * prior`, weights at least 0.

    Coordinate descent; the scale of the prior is fitted with the weights, so that shrinking
    changes their proportions, not their sum.
    """
    positions = shape.positions(values)
    centre, middle = positions.mean(0), float(target.mean())
    x, y = positions - centre, target - middle
    gram, moment = x.T @ x / len(x), x.T @ y / len(x)
    weights = shape.prior.copy()
    for _ in range(_ROUNDS):
        before = weights.copy()
        scale = float(weights @ shape.prior / (shape.prior @ shape.prior))
        for j in range(len(weights)):
            rest = moment[j] - gram[j] @ weights + gram[j, j] * weights[j]
            goal = rest + shrinkage * scale * shape.prior[j]
            weights[j] = max(0.0, goal / (gram[j, j] + shrinkage))
        if np.abs(weights - before).max() < 1e-9:
            break
    return Fit(shape, middle - float(centre @ weights), weights)
