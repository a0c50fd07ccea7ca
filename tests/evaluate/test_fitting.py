"""The fit and the cut-points on data whose truth is known."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluate import fit_fluency
from tests.evaluate.data.predicted import Predicted, predict
from tests.evaluate.data.rated import Rated as RatedSpeech
from tests.evaluate.data.shipped import fitted_speakers
from tests.evaluate.data.speechocean import ASPECTS, Utterance
from tests.evaluate.data.total import totals
from tests.evaluate.metrics.additive_fit import Shape, fit
from tests.evaluate.metrics.bootstrap import folds
from tests.evaluate.standard_setting import Rated, cut_points
from tests.evaluate.tasks.cefr import LEVELS
from tests.evaluate.tasks.fluency import pronunciation
from viva.scoring.domain.delivery import Delivery

SHAPE = Shape(np.zeros(3), np.ones(3), np.array([0.6, 0.6, 0.2]))


def drawn(seed: int, people: int = 400) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    random = np.random.default_rng(seed)
    values = random.uniform(-0.2, 1.2, (people, 3))
    truth = 3 + np.clip(values, 0, 1) @ np.array([3.0, 1.0, 0.0])
    return values, truth + random.normal(0, 0.2, people)


def test_known_weights_are_found() -> None:
    values, target = drawn(1)
    found = fit(values, target, SHAPE, 1e-4)
    assert found.base == pytest.approx(3, abs=0.1)
    assert found.weights == pytest.approx([3, 1, 0], abs=0.1)


def test_shrinking_moves_weights_towards_the_known_proportions() -> None:
    values, target = drawn(2)
    shares = [
        (w / w.sum())[0] for s in (1e-4, 0.1, 10.0) for w in [fit(values, target, SHAPE, s).weights]
    ]
    assert shares[0] > shares[1] > shares[2]
    assert shares[2] == pytest.approx(0.6 / 1.4, abs=0.03)


@given(st.integers(0, 50))
def test_no_weight_is_negative_and_outliers_do_no_harm(seed: int) -> None:
    values, target = drawn(seed, 60)
    values[0] = 1e9
    found = fit(values, -target, SHAPE, 0.01)
    assert (found.weights >= 0).all()
    assert np.isfinite(found.predict(values)).all()


def rated(people: int) -> Rated:
    random = np.random.default_rng(3)
    rows = []
    for number in range(people):
        level = number % len(LEVELS)
        index = 100 + 150 * level + random.integers(0, 120)
        for rater in range(1 + (number % 3 == 0)):
            name, rater_name = f"c{number}", f"r{rater}"
            entry = {"candidate": name, "rater": rater_name, "cefr": LEVELS[level]}
            rows.append({**entry, "index": str(index)})
    return Rated(rows)


def test_cuts_lie_between_the_groups() -> None:
    found = rated(120)
    cuts = cut_points(found.levels, found.index)
    assert list(cuts) == list(LEVELS[1:])
    for number, cut in enumerate(cuts.values(), start=1):
        assert 100 + 150 * (number - 1) < cut <= 100 + 150 * number + 119
    assert found.faults() == []


def test_too_few_ratings_are_said() -> None:
    faults = rated(18).faults()
    assert any("100 candidates" in fault for fault in faults)
    assert any("rated twice" in fault for fault in faults)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 1000)), min_size=1, max_size=40))
def test_cuts_never_fall(people: list[tuple[int, int]]) -> None:
    levels, index = np.array([a for a, _ in people]), np.array([float(b) for _, b in people])
    cuts = list(cut_points(levels, index).values())
    assert all(one <= other for one, other in pairwise(cuts))


@pytest.mark.parametrize("broken", [{"cefr": "B7"}, {"index": "nan"}, {"index": "x"}])
def test_broken_ratings_are_refused(broken: dict[str, str]) -> None:
    row = {"candidate": "c", "rater": "r", "cefr": "B2", "index": "500"}
    with pytest.raises(ValueError, match=r".+"):
        Rated([{**row, **broken}])


def test_the_shipped_model_says_whom_it_was_fitted_on() -> None:
    assert len(fitted_speakers()) == 67


def heard(names: list[str]) -> RatedSpeech:
    """Two utterances of each; the surer their words, the more accurate three experts find them."""
    random = np.random.default_rng(4)
    utterances, measures = [], []
    for name in names:
        certainty = random.uniform(0.4, 0.95)
        for number in range(2):
            experts = 10 * certainty + random.normal(0, 1, 3)
            scores = {aspect: tuple(map(float, experts)) for aspect in ASPECTS}
            utterances.append(Utterance(f"{name}-{number}", name, "", Path(), scores))
            measures.append(Delivery(certainty=10 * certainty, recognized=10))
    return RatedSpeech(tuple(utterances), tuple(measures), ())


def test_nobody_has_a_part_in_the_range_that_judges_them() -> None:
    found = heard([f"n{number}" for number in range(30)])
    before = fit_fluency.held_out_intelligibility(found)
    own = next(part for part in folds(found.names, fit_fluency.FOLDS) if 0 in part)
    odd = tuple(
        replace(one, certainty=0.1) if speaker == found.names[0] else one
        for one, speaker in zip(found.measures, found.speakers, strict=True)
    )
    after = fit_fluency.held_out_intelligibility(replace(found, measures=odd))
    others = np.setdiff1d(own, [0])
    assert after[0] == 0
    assert after[others] == pytest.approx(before[others])
    rest = np.setdiff1d(np.arange(30), own)
    inside = (before[rest] > 0) & (before[rest] < 10)
    assert (after[rest][inside] != before[rest][inside]).all()


def test_how_they_are_predicted_is_said() -> None:
    known = sorted(fitted_speakers())
    assert predict(heard(known[:20])).how == "cross-validated"
    assert predict(heard(known[:3])).how == "in-sample"
    assert predict(heard(["n1", "n2"])).how == "held out"
    assert predict(heard([known[0], "n1"])).how == "partly in-sample"


def test_pronunciation_stands_beside_an_expert_and_fluency() -> None:
    found = heard([f"n{number}" for number in range(30)])
    clear = np.repeat(fit_fluency.held_out_intelligibility(found), 2)
    chance = np.random.default_rng(5).normal(5, 1, 60)
    predicted = Predicted(chance, chance, clear, "cross-validated")
    each, by_speaker = pronunciation(found, predicted, 200)
    assert (each.n, each.groups, by_speaker.n, by_speaker.groups) == (60, 30, 30, 30)
    for row in (each, by_speaker):
        assert row.value > 0.8
        assert row.interval is not None
        assert row.interval.low < row.value < row.interval.high
        assert row.baseline_name == "fluency"
        assert row.baseline is not None
        assert abs(row.baseline) < 0.4
        assert row.human is not None
        assert 0.5 < row.human < 1
        assert row.subset == "cross-validated"
    assert totals(predicted) == pytest.approx(2 / 3 * chance + clear / 3)
