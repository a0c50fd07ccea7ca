"""The bench's own figures: known values, and properties that hold for any input."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluate.metrics.agreement import (
    partial_correlation,
    pearson,
    quadratic_kappa,
    tenth_in_thirds,
    within,
)
from tests.evaluate.metrics.bootstrap import by_group, folds
from tests.evaluate.metrics.ranking import auc, equal_error, upper_bound
from tests.evaluate.metrics.words import normalized, word_errors

levels = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=40)
scored = st.lists(st.tuples(st.integers(-20, 20), st.booleans()), min_size=2, max_size=40).filter(
    lambda pairs: len({positive for _, positive in pairs}) == 2
)


def test_pearson_of_known_values() -> None:
    assert pearson([1, 2, 3, 4], [2, 4, 6, 8]) == pytest.approx(1)
    # Anscombe's first set.
    x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
    y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]
    assert pearson(x, y) == pytest.approx(0.81642, abs=1e-5)
    assert math.isnan(pearson([1, 1, 1], [1, 2, 3]))


def test_kappa_of_known_values() -> None:
    # By hand: observed disagreement 2/4, expected (1+4+0+... ) from the margins.
    assert quadratic_kappa([0, 1, 2, 3], [0, 1, 2, 3], 4) == 1
    assert quadratic_kappa([0, 0, 1, 1], [0, 1, 0, 1], 2) == pytest.approx(0)
    assert quadratic_kappa([0, 0, 1, 1], [1, 1, 0, 0], 2) == pytest.approx(-1)
    assert quadratic_kappa([0, 1, 2, 2], [0, 1, 1, 2], 3) == pytest.approx(0.8)


@given(levels)
def test_kappa_is_symmetric_and_at_most_one(pairs: list[tuple[int, int]]) -> None:
    one, other = [a for a, _ in pairs], [b for _, b in pairs]
    found = quadratic_kappa(one, other, 6)
    assert found == pytest.approx(quadratic_kappa(other, one, 6))
    assert found <= 1
    assert quadratic_kappa(one, one, 6) == pytest.approx(1)


@given(scored)
def test_auc_is_what_counting_pairs_gives(pairs: list[tuple[int, bool]]) -> None:
    yes = [score for score, positive in pairs if positive]
    no = [score for score, positive in pairs if not positive]
    counted = sum((a > b) + 0.5 * (a == b) for a in yes for b in no) / (len(yes) * len(no))
    scores, positive = [s for s, _ in pairs], [p for _, p in pairs]
    assert auc(scores, positive) == pytest.approx(counted)
    assert auc([-s for s in scores], positive) == pytest.approx(1 - counted)


@given(scored)
def test_the_equal_error_threshold_balances(pairs: list[tuple[int, bool]]) -> None:
    scores, positive = [s for s, _ in pairs], [p for _, p in pairs]
    found = equal_error(scores, positive)
    called = np.asarray(scores) >= found.threshold
    hits = np.mean(called[np.asarray(positive)])
    rejections = np.mean(~called[~np.asarray(positive)])
    assert found.balanced_accuracy == pytest.approx((hits + rejections) / 2)


def test_upper_bound_of_known_values() -> None:
    # The rule of three: none of 300 is below 1% (1 - .05 ** (1 / 300)).
    assert upper_bound(0, 300) == pytest.approx(1 - 0.05 ** (1 / 300), abs=1e-9)
    assert upper_bound(3, 30) == pytest.approx(0.2386, abs=1e-3)
    assert upper_bound(5, 5) == 1


def test_a_tenth_among_three_tenths() -> None:
    panel = np.arange(100.0)
    assert tenth_in_thirds(panel, panel) == (1, 1)
    assert tenth_in_thirds(-panel, panel) == (0, 0)


def test_partial_correlation_takes_the_third_away() -> None:
    random = np.random.default_rng(1)
    length = random.normal(size=2000)
    one, other = length + random.normal(size=2000), length + random.normal(size=2000)
    assert pearson(one, other) > 0.4
    assert abs(partial_correlation(one, other, length)) < 0.06


@given(st.lists(st.floats(-10, 10), min_size=1), st.floats(0, 5))
def test_everything_is_within_no_distance_of_itself(values: list[float], far: float) -> None:
    assert within(values, values, far) == 1


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(1, 5))
def test_folds_keep_groups_together(groups: list[int], count: int) -> None:
    parts = folds(groups, count)
    assert sorted(int(place) for part in parts for place in part) == list(range(len(groups)))
    homes = [{groups[place] for place in part} for part in parts]
    assert sum(len(home) for home in homes) == len(set(groups))


def test_the_bootstrap_resamples_speakers() -> None:
    groups = [number // 10 for number in range(400)]
    values = np.repeat(np.random.default_rng(2).normal(size=40), 10)
    low, high = by_group(groups, lambda at: float(np.mean(values[at])), 500)
    error = float(np.std(values)) / np.sqrt(40)
    assert low < np.mean(values) < high
    assert (high - low) / 2 == pytest.approx(1.96 * error, rel=0.2)


def test_the_bootstrap_is_repeatable() -> None:
    groups, values = [0, 0, 1, 2], np.array([1.0, 2.0, 3.0, 5.0])
    figures = [by_group(groups, lambda at: float(np.mean(values[at])), 100) for _ in range(2)]
    assert figures[0] == figures[1]


def test_word_errors_of_known_values() -> None:
    assert word_errors(["a", "b", "c"], ["a", "x", "c", "d"]) == 2
    assert word_errors([], ["a", "b"]) == 2
    assert normalized("Don\u2019t, well-known 'Words'!") == ["don't", "well", "known", "words'"]


words = st.lists(st.sampled_from("abc"), max_size=8)


@given(words, words)
def test_word_errors_are_a_distance(one: list[str], other: list[str]) -> None:
    found = word_errors(one, other)
    assert found == word_errors(other, one)
    assert (found == 0) == (one == other)
    assert abs(len(one) - len(other)) <= found <= max(len(one), len(other))
