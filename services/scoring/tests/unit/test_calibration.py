"""Raters with known weights, over evidence that the real model found in real answers."""

import random
import statistics
from collections.abc import Sequence

import pytest
from scoring_speaking import spoken

from viva.scoring.application.analysis import Analyst
from viva.scoring.application.calibrate import Calibrate, calibrate
from viva.scoring.application.score_answer import score_answer
from viva.scoring.domain.agreement import agreement
from viva.scoring.domain.calibration import (
    RatedCandidate,
    RatedQuestion,
    factors_of,
    fit,
    predict,
)
from viva.scoring.domain.least_squares import non_negative
from viva.scoring.domain.model import Competency
from viva.testkit.answers.library import honest, questions

TRUTH = {"own_action": 0.6, "result": 1.9, "indicators": 0.3}
PEOPLE = 160


@pytest.fixture(scope="module")
def found(analyst: Analyst) -> list[RatedQuestion]:
    """What the model finds in the packaged answers."""
    asked = {one.key: one for one in questions()}
    evidence = []
    for one in honest("seen"):
        question = asked[one.question]
        competency = Competency(
            question.key,
            question.name,
            question.definition,
            1.0,
            dict(question.anchors),
            question.indicators,
        )
        answer = spoken(one.text, question=question.text, competencies=(competency,))
        scored = score_answer(answer, analyst).competencies[0][1]
        points = {code: tenths / 10 for code, tenths in scored.shipped if tenths}
        evidence.append(RatedQuestion(points, scored.cap / 10))
    return evidence


def rated(
    found: Sequence[RatedQuestion], noise: float, seed: int = 4, people: int = PEOPLE
) -> list[RatedCandidate]:
    """Candidates of three answers each; everybody is rated by Anna, every third by Ben too."""
    chance = random.Random(seed)
    made = []
    for number in range(people):
        candidate = RatedCandidate(f"iv_{number}", tuple(chance.sample(found, 3)), ())
        true = predict(TRUTH, candidate)
        raters = ("anna", "ben") if number % 3 == 0 else ("anna",)
        ratings = tuple(
            (name, min(100.0, max(0.0, true + chance.gauss(0, noise)))) for name in raters
        )
        made.append(RatedCandidate(candidate.key, candidate.questions, ratings))
    return made


def test_weights_of_raters_are_recovered(found: list[RatedQuestion]) -> None:
    people = rated(found, noise=6)
    (fitted,) = calibrate(Calibrate((("care", tuple(people)),)))
    for code, factor in TRUTH.items():
        assert fitted.fit.factors[code] == pytest.approx(factor, abs=0.35)
    assert fitted.fit.factors["result"] > 1.3 > 1.0 > fitted.fit.factors["indicators"]
    # What stands in the report is of candidates who were left out, and beats the shipped weights.
    assert (fitted.fitted.pearson or 0) > max(0.85, fitted.shipped.pearson or 0)
    errors = {
        name: statistics.fmean((guess - one.human) ** 2 for guess, one in pairs)
        for name, pairs in {
            "fitted": [(fitted.fit.predictions[one.key], one) for one in people],
            "shipped": [(predict({}, one), one) for one in people],
        }.items()
    }
    assert errors["fitted"] < 0.8 * errors["shipped"]
    assert fitted.fitted.within_one > fitted.fitted.within_one_constant - 0.01
    anna, ben = fitted.raters
    assert (anna.with_fitted.candidates, ben.with_fitted.candidates) == (PEOPLE, 54)
    # Of two people each is the other's others.
    assert anna.with_others.pearson == pytest.approx(ben.with_others.pearson)
    assert (anna.with_others.candidates, anna.with_others.qwk) == (54, ben.with_others.qwk)


def test_raters_who_say_nothing_leave_the_weights_near_the_shipped(
    found: list[RatedQuestion],
) -> None:
    chance = random.Random(1)
    people = [
        RatedCandidate(one.key, one.questions, (("anna", chance.uniform(0, 100)),))
        for one in rated(found, noise=0, people=100)
    ]
    fitted = calibrate(Calibrate((("care", tuple(people)),)))[0]
    assert abs(fitted.fitted.pearson or 0) < 0.3
    assert all(factor >= 0 for factor in fitted.fit.factors.values())


def test_evidence_that_raters_punish_counts_nothing_and_never_less(
    found: list[RatedQuestion],
) -> None:
    people = [
        RatedCandidate(
            one.key,
            one.questions,
            (("anna", 100 - min(100.0, predict({}, one))),),
        )
        for one in rated(found, noise=0)
    ]
    factors = factors_of(people, penalty=0.02)
    assert min(factors.values()) == 0
    assert all(factor >= 0 for factor in factors.values())


def test_the_order_of_the_candidates_changes_nothing(found: list[RatedQuestion]) -> None:
    people = rated(found, noise=10, people=60)
    assert fit(people) == fit(people[::-1])


def test_few_candidates_are_refused() -> None:
    one = RatedCandidate("iv_1", (RatedQuestion({"result": 10}),), (("anna", 50.0),))
    with pytest.raises(ValueError, match="at least 10"):
        fit([one])


def test_a_bound_that_holds_is_kept_whatever_the_weights() -> None:
    bounded = RatedQuestion({"result": 40.0}, cap=20.0)
    candidate = RatedCandidate("iv_1", (bounded, RatedQuestion({"result": 10.0})), ())
    assert predict({"result": 3.0}, candidate) == 25.0


@pytest.mark.parametrize(
    ("matrix", "target", "expected"),
    [
        ([[2.0, 0.0], [0.0, 4.0]], [4.0, 4.0], [2.0, 1.0]),
        ([[2.0, 0.0], [0.0, 4.0]], [-4.0, 4.0], [0.0, 1.0]),
        ([[2.0, 1.5], [1.5, 2.0]], [3.0, 0.5], [1.5, 0.0]),
        ([], [], []),
    ],
)
def test_least_squares_never_below_zero(
    matrix: list[list[float]], target: list[float], expected: list[float]
) -> None:
    assert non_negative(matrix, target) == pytest.approx(expected)


def test_agreement_by_hand() -> None:
    people = [0.0, 25.0, 50.0, 75.0, 100.0]
    same = agreement(people, people)
    assert (same.pearson, same.qwk, same.within_one) == (pytest.approx(1), 1, 1)
    assert same.within_one_constant == 3 / 5
    reverse = agreement(people[::-1], people)
    assert (reverse.qwk, reverse.top_tenth, reverse.bottom_tenth) == (-1, 0, 0)
    flat = agreement([50.0] * 5, people)
    assert (flat.pearson, flat.qwk) == (None, 0)
    assert agreement([], []).pearson is None
