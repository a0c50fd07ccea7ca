"""Weights of the evidence, fitted to a customer's raters.

Each kind of evidence keeps its points and gets a factor. The factors are a ridge regression towards
1, the shipped weights, and are never negative: more evidence never lowers a score. The penalty is
chosen by cross-validation; agreement is told of scores that were fitted without their candidate.
"""

import hashlib
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from viva.scoring.domain.least_squares import non_negative

PENALTIES = (0.02, 0.1, 0.5, 2.0, 10.0)
FULL = 100.0
_FOLDS = 10
_INNER_FOLDS = 5
# A question passes its bound or not; which ones do changes with the factors.
_ROUNDS = 10
_DECIMALS = 4


@dataclass(frozen=True)
class RatedQuestion:
    """What was found in one question's answers.

    Attributes:
        points: by code of evidence, as shipped.
        cap: that the score may not pass.
    """

    points: Mapping[str, float]
    cap: float = FULL


@dataclass(frozen=True)
class RatedCandidate:
    """One interview with its ratings, 0 to 100 each, by rater."""

    key: str
    questions: tuple[RatedQuestion, ...]
    ratings: tuple[tuple[str, float], ...]

    @property
    def human(self) -> float:
        """Mean of the raters."""
        return statistics.fmean(score for _, score in self.ratings)


@dataclass(frozen=True)
class Fit:
    """The outcome.

    Attributes:
        predictions: by candidate, of factors that were fitted without the candidate.
    """

    factors: Mapping[str, float]
    penalty: float
    predictions: Mapping[str, float]


def fit(candidates: Sequence[RatedCandidate]) -> Fit:
    """Fits the factors; the order of the candidates does not matter.

    Raises:
        ValueError: fewer candidates than folds.
    """
    if len(candidates) < _FOLDS:
        raise ValueError(f"{len(candidates)} candidates: at least {_FOLDS} are needed")
    ordered = sorted(candidates, key=lambda one: hashlib.sha256(one.key.encode()).digest())
    predictions = {}
    for part in range(_FOLDS):
        rest = [one for place, one in enumerate(ordered) if place % _FOLDS != part]
        factors = factors_of(rest, _penalty(rest))
        for one in ordered[part::_FOLDS]:
            predictions[one.key] = predict(factors, one)
    penalty = _penalty(ordered)
    return Fit(factors_of(ordered, penalty), penalty, predictions)


def predict(factors: Mapping[str, float], candidate: RatedCandidate) -> float:
    """Mean over the questions, each within its bound; an unknown code counts as shipped."""
    return statistics.fmean(_question(factors, one) for one in candidate.questions)


def factors_of(candidates: Sequence[RatedCandidate], penalty: float) -> dict[str, float]:
    """Minimises the mean squared error and the ridge, which counts changes in points."""
    codes = sorted({code for c in candidates for q in c.questions for code in q.points})
    spread = [_spread(candidates, code) for code in codes]
    factors = dict.fromkeys(codes, 1.0)
    for _ in range(_ROUNDS):
        matrix, target = _normal(candidates, codes, factors)
        for place, size in enumerate(spread):
            matrix[place][place] += penalty * size
            target[place] += penalty * size
        solved = [round(value, _DECIMALS) for value in non_negative(matrix, target)]
        before, factors = factors, dict(zip(codes, solved, strict=True))
        if factors == before:
            break
    return factors


def _penalty(candidates: Sequence[RatedCandidate]) -> float:
    """The one with the least error on candidates left out; the larger of equals."""

    def error(penalty: float) -> float:
        total = 0.0
        for part in range(_INNER_FOLDS):
            rest = [one for place, one in enumerate(candidates) if place % _INNER_FOLDS != part]
            factors = factors_of(rest, penalty)
            left = candidates[part::_INNER_FOLDS]
            total += sum((predict(factors, one) - one.human) ** 2 for one in left)
        return total

    return min(PENALTIES, key=lambda penalty: (error(penalty), -penalty))


def _question(factors: Mapping[str, float], found: RatedQuestion) -> float:
    points = sum(factors.get(code, 1.0) * value for code, value in found.points.items())
    return min(points, found.cap, FULL)


def _spread(candidates: Sequence[RatedCandidate], code: str) -> float:
    """Mean square of the points of one kind."""
    return statistics.fmean(
        statistics.fmean(one.points.get(code, 0.0) for one in candidate.questions) ** 2
        for candidate in candidates
    )


def _normal(
    candidates: Sequence[RatedCandidate], codes: Sequence[str], factors: Mapping[str, float]
) -> tuple[list[list[float]], list[float]]:
    """Normal equations of the questions that are below their bounds; the others are constant."""
    size, count = len(codes), len(candidates)
    matrix = [[0.0] * size for _ in range(size)]
    target = [0.0] * size
    for candidate in candidates:
        row, constant = _row(candidate, codes, factors)
        left = candidate.human - constant
        for i, one in enumerate(row):
            if one:
                target[i] += one * left / count
                for j, other in enumerate(row):
                    matrix[i][j] += one * other / count
    return matrix, target


def _row(
    candidate: RatedCandidate, codes: Sequence[str], factors: Mapping[str, float]
) -> tuple[list[float], float]:
    row, constant = [0.0] * len(codes), 0.0
    share = 1 / len(candidate.questions)
    for found in candidate.questions:
        bound = min(found.cap, FULL)
        if _question(factors, found) >= bound:
            constant += bound * share
            continue
        for place, code in enumerate(codes):
            row[place] += found.points.get(code, 0.0) * share
    return row, constant
