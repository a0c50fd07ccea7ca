from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from viva.scoring.domain.additive import contribution, contributions, divide, total
from viva.scoring.domain.coefficients import Coefficients
from viva.scoring.domain.language import cefr, drawn, fluency, level_terms
from viva.scoring.domain.term import Term

numbers = st.floats(-1e6, 1e6, allow_nan=False)


@given(st.lists(st.integers(-2000, 2000), min_size=1, max_size=12), st.integers(1, 9))
def test_parts_add_up_to_the_rounded_whole(values: list[int], divisor: int) -> None:
    parts = divide(values, divisor)
    assert sum(parts) == (2 * sum(values) + divisor) // (2 * divisor)
    assert all(abs(p * divisor - v) < divisor for p, v in zip(parts, values, strict=True))


@given(numbers, numbers)
def test_the_model_is_monotone_and_bounded(one: float, other: float) -> None:
    rising, falling = Term("x", "x", 2.0, 4.0, 100), Term("y", "y", 4.0, 2.0, 100)
    low, high = sorted((one, other))
    assert 0 <= contribution(rising, low).tenths <= contribution(rising, high).tenths <= 100
    assert 100 >= contribution(falling, low).tenths >= contribution(falling, high).tenths >= 0


def test_what_is_no_number_gives_nothing() -> None:
    assert contribution(Term("x", "x", 0.0, 1.0, 100), float("nan")).tenths == 0


def test_the_language_models_stay_on_their_scale(coefficients: Coefficients) -> None:
    model = coefficients.language
    for terms in (model.cefr_short, model.cefr_long, (model.intelligibility,)):
        assert total(contributions(terms, {term.name: term.best for term in terms})) == 1000
        assert total(contributions(terms, {term.name: term.worst for term in terms})) == 0
    assert all(term.points >= 0 for term in model.fluency_terms)
    best = {term.name: term.best for term in model.fluency_terms}
    worst = {term.name: term.worst for term in model.fluency_terms}
    assert 900 <= (fluency(best, model).tenths or 0) <= 1000
    assert fluency(worst, model).tenths == model.base


def test_the_competency_points_add_up_to_a_hundred(coefficients: Coefficients) -> None:
    points = coefficients.competency
    assert (
        sum(
            (
                points.situation,
                points.task,
                *points.own_acts,
                points.result,
                points.measured_result,
                *points.numbers,
                *points.names,
                points.time,
                points.indicators,
            )
        )
        == 1000
    )


def test_no_barred_feature_is_in_the_file(coefficients: Coefficients) -> None:
    model = coefficients.language
    terms = (*model.fluency_terms, *model.cefr_short, *model.cefr_long)
    names = " ".join(term.name for term in terms)
    for barred in ("f0", "pitch", "loud", "energy", "duration", "confidence", "name", "gender"):
        assert barred not in names


def test_few_words_draw_to_what_is_usual(coefficients: Coefficients) -> None:
    model = coefficients.language
    features = {"vocabulary_level": 3.4, "fluency": 70.0}
    usual, few = model.usual["vocabulary_level"], model.usual_words
    assert drawn(features, 0, model)["vocabulary_level"] == usual
    assert drawn(features, few, model)["vocabulary_level"] == (3.4 + usual) / 2
    assert 3.2 < drawn(features, 10 * few, model)["vocabulary_level"] < 3.4
    assert drawn(features, few, model)["fluency"] == 70.0


def test_a_misheard_word_moves_the_level_less_the_fewer_there_are(
    coefficients: Coefficients,
) -> None:
    model = coefficients.language
    heard = {term.name: model.usual.get(term.name, 60.0) for term in model.cefr_long}
    misheard = {**heard, "vocabulary_level": heard["vocabulary_level"] + 0.5}

    def moved(words: int) -> int:
        one, other = cefr(heard, words, model), cefr(misheard, words, model)
        return abs(total(one.contributions) - total(other.contributions))

    assert moved(40) < moved(400) <= round(200 * 0.5 / 2.2)


def test_diversity_comes_in_little_by_little(coefficients: Coefficients) -> None:
    model = coefficients.language
    heard = {term.name: model.usual.get(term.name, 60.0) for term in model.cefr_long}
    indices = [total(cefr(heard, words, model).contributions) for words in range(90, 400)]
    assert max(abs(b - a) for a, b in pairwise(indices)) <= 3
    for words in (40, 100, 101, 250, 5000):
        terms = level_terms(words, model)
        best = {term.name: term.best for term in terms}
        worst = {term.name: term.worst for term in terms}
        assert abs(total(contributions(terms, best)) - 1000) <= 2
        assert total(contributions(terms, worst)) == 0
        assert ("mtld" in best) == (words > 100)
