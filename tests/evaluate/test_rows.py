"""Rows of the tables on answers whose figures are known, without any model."""

import math
from pathlib import Path

import numpy as np
import pytest

from tests.evaluate.data.answers import Rated
from tests.evaluate.metrics.impact import fisher, impact, reference
from tests.evaluate.registry import Row
from tests.evaluate.settings import EvalSettings
from tests.evaluate.tasks import attacks, competency, results, ways
from viva.scoring.domain.model import Competency

RESAMPLES = 200
LENGTH = "score and word count, ratings held constant"
SERVICE = Competency("service", "Service", "")


def rated(speaker: str, rating: float, words: int = 20, group: str = "") -> Rated:
    return Rated(speaker, "word " * words, "Why?", SERVICE, rating, group)


def named(rows: list[Row], measure: str) -> Row:
    (found,) = [row for row in rows if row.measure == measure]
    return found


def test_impact_of_known_values() -> None:
    scores, groups = [9, 8, 7, 3, 6, 2, 1, 0], ["a"] * 4 + ["b"] * 4
    assert reference(scores, groups) == "a"
    assert impact(scores, groups, "a", "a").ratio == 1
    found = impact(scores, groups, "b", "a")
    assert (found.people, found.rate, found.ratio) == (4, 0.25, pytest.approx(1 / 3))
    # By hand: of 8 people with 4 above, 3 or 4 of the one group or of the other.
    assert fisher(scores, groups, "a", "b") == pytest.approx((16 + 1 + 16 + 1) / 70)
    assert math.isnan(impact(scores, groups, "c", "a").ratio)
    assert reference([1, 1, 1], ["b", "b", "a"]) == "b"
    assert math.isnan(impact([1, 1, 1], ["b", "b", "a"], "a", "b").ratio)


def test_scores_that_say_what_raters_say_agree_with_them() -> None:
    random = np.random.default_rng(1)
    told = [rated(f"s{n // 2}", 1 + n % 5, int(random.integers(5, 90))) for n in range(60)]
    same = [(one, 25 * (one.rating - 1)) for one in told]
    rows = competency.agreement(same, RESAMPLES)
    for measure in ("Pearson", "quadratic kappa", "rank r"):
        row = named(rows, f"{measure} with the raters")
        assert row.value == pytest.approx(1)
        assert row.interval == pytest.approx((1, 1))
        assert (row.n, row.groups) == (60, 30)
        assert row.baseline is not None
        assert abs(row.baseline) < 0.5
    near = named(rows, "within a point of the raters")
    assert (near.value, near.baseline) == (1, 0.6)
    # A constant 30 points below: in order all the same, on the scale no longer.
    rows = competency.agreement([(one, value - 30) for one, value in same], RESAMPLES)
    assert named(rows, "Pearson with the raters").value == pytest.approx(1)
    assert named(rows, "quadratic kappa with the raters").value < 0.9
    assert named(rows, "within a point of the raters").value == 0


def test_length_shows_where_only_length_is_scored() -> None:
    random = np.random.default_rng(2)
    told = [rated(f"s{n}", float(random.integers(1, 6)), 5 + n) for n in range(60)]
    by_length = [(one, float(np.log(len(one.text.split())))) for one in told]
    row = named(competency.agreement(by_length, RESAMPLES), LENGTH)
    assert row.value == pytest.approx(1)
    assert row.reached is False
    assert row.interval is not None


def test_another_scale_of_ratings_has_no_kappa() -> None:
    told = [(rated(f"s{n}", 60 + n % 30), float(n)) for n in range(40)]
    measures = [row.measure for row in competency.agreement(told, RESAMPLES)]
    assert not any("kappa" in one or "within" in one for one in measures)
    assert len(measures) == 3


def test_impact_counts_people_once() -> None:
    told = [
        (rated(f"{group}{n}", 1 + (n + answer) % 5, group=group), 10.0 * n + shift + answer)
        for group, shift in (("x", 30.0), ("y", 0.0))
        for n in range(6)
        for answer in range(2)
    ]
    low, high = sorted(competency.impacts(told, RESAMPLES), key=lambda row: row.value)
    assert (high.subset, high.value, high.n) == ("x", 1, 6)
    assert (low.subset, low.n, low.reached) == ("y", 6, False)
    assert low.value == pytest.approx((1 / 6) / (4 / 6))
    assert low.interval is not None
    assert low.interval.low <= low.value <= low.interval.high
    assert competency.impacts([(rated("z", 3), 50.0)], RESAMPLES) == []
    with pytest.raises(ValueError, match="speaker z is in two groups"):
        competency.impacts([(rated("z", 3, group=g), 50.0) for g in ("x", "y")] + told, RESAMPLES)


def test_attacks_have_intervals_over_questions() -> None:
    given = [
        attacks.Given(f"q{question}", kind, 60.0 if question == 0 else 5.0)
        for question in range(5)
        for kind in ("one", "other", "other")
    ]
    half = attacks.Half("seen", RESAMPLES)
    every, one, other = attacks.attacked(half, given)
    assert (every.value, every.n, every.groups, every.reached) == (0.8, 15, 5, False)
    assert (one.measure, one.n, other.n) == ("under 25: one", 5, 10)
    # Whole questions are drawn: the share goes in steps of a fifth, as far as chance takes it.
    assert every.interval is not None
    assert every.interval.low == pytest.approx(0.4, abs=0.21)
    assert every.interval.high == 1


def test_honest_answers_are_ranked_with_intervals() -> None:
    given = [
        attacks.Given(f"q{question}", level, 25.0 * level + question)
        for question in range(6)
        for level in (1, 2, 3)
    ]
    rows = attacks.ranked(attacks.Half("seen", RESAMPLES), given)
    rank = named(rows, "honest answers, rank r")
    assert rank.value > 0.9
    assert rank.interval is not None
    assert rank.interval.low > 0.9
    assert named(rows, "honest answers, strong, points").value == 77.5
    assert all(row.interval is not None and row.groups == 6 for row in rows)


def test_results_are_shares_with_intervals_over_questions() -> None:
    heard = [
        results.Heard("a", right=1, wrong=0, missed=1, having=True, heard=True),
        results.Heard("a", right=0, wrong=1, missed=0, having=False, heard=False),
        results.Heard("b", right=2, wrong=0, missed=0, having=True, heard=True),
        results.Heard("c", right=0, wrong=0, missed=1, having=True, heard=False),
    ]
    rows = results.rows_of("first half", heard, RESAMPLES)
    assert [(row.value, row.n) for row in rows] == [(0.6, 5), (0.75, 4), (pytest.approx(2 / 3), 3)]
    for row in rows:
        assert row.groups == 3
        assert row.interval is not None
        assert row.interval.low < row.value < row.interval.high


def test_two_ways_of_one_interview() -> None:
    clean: list[int | None] = [500, 600, 700, None, None, 400]
    line: list[int | None] = [510, 560, 700, None, 300, None]
    most, shift, apart, far, lost = ways.compared("G.711", clean, line, RESAMPLES)
    assert (most.value, most.n, most.reached, most.interval) == (4, 3, False, None)
    assert (shift.value, apart.value) == (pytest.approx(-1), pytest.approx(5 / 3))
    assert far.value == pytest.approx(1 / 3)
    assert (lost.value, lost.n) == (pytest.approx(1 / 3), 6)
    assert all(row.interval is not None for row in (shift, apart, far, lost))
    (only,) = ways.compared("G.711", [None, 3], [None, None], RESAMPLES)
    assert (only.value, only.n) == (0.5, 2)


def test_the_first_language_is_what_the_setting_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIVA_EVAL_FIRST_LANGUAGE", raising=False)
    assert EvalSettings().told_language == "first language unknown"
    monkeypatch.setenv("VIVA_EVAL_FIRST_LANGUAGE", "Mandarin")
    assert EvalSettings().told_language == "first language Mandarin"


def test_rated_answers_without_a_column_or_a_number_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "rated.csv"
    head = "id,speaker,question,competency,answer,rating,group"
    for rating in ("good", "nan", ""):
        path.write_text(f"{head}\n1,s,Why?,Service,Because.,{rating},x\n")
        with pytest.raises(ValueError, match="line 2: rating is no number"):
            competency.read_rated(path)
    path.write_text(f"{head}\n")
    with pytest.raises(ValueError, match="no rows"):
        competency.read_rated(path)
    path.write_text(f"\ufeff{head}\n1,s,Why?,Service,Because.,4.5,x\n", "utf-8")
    (found,) = competency.read_rated(path)
    assert (found.rating, found.group, found.speaker) == (4.5, "x", "s")
