import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring_speaking import (
    PROBLEM,
    SHORT_PROBLEM,
    SHORT_TEAM,
    STRONG,
    TEAM_QUESTION,
    TEAMWORK,
    spoken,
)

from viva.scoring.adapters.coefficients import packaged_coefficients
from viva.scoring.adapters.language_model import packaged_language_model
from viva.scoring.application.analysis import Analyst
from viva.scoring.application.score_interview import Interview, score_interview
from viva.scoring.domain.interview import CompetencyResult, combine, overall, overall_error
from viva.scoring.domain.model import Answer, Contribution, Scored
from viva.scoring.domain.uncertainty import Prior, standard_error


def interview(*answers: Answer, planned: int = 2) -> Interview:
    return Interview(answers, (PROBLEM, TEAMWORK), planned)


def second(text: str, **changes: object) -> Answer:
    return spoken(
        text,
        number=2,
        question=TEAM_QUESTION,
        competencies=(TEAMWORK,),
        **changes,  # type: ignore[arg-type]
    )


def test_two_answers_of_twelve_seconds_are_enough(analyst: Analyst) -> None:
    first, other = spoken(SHORT_PROBLEM), second(SHORT_TEAM)
    for answer in (first, other):
        assert answer.words[-1].span.end_ms <= 12_500
    result = score_interview(interview(first, other), analyst)
    assert result.overall is not None
    assert result.language.fluency.tenths is not None
    assert result.language.cefr.level
    assert all(one.scored.tenths is not None for one in result.competencies)
    assert "little_speech" in result.confidence_reasons


def test_contributions_add_up_exactly(analyst: Analyst) -> None:
    both = dataclasses.replace(spoken(STRONG), competencies=(PROBLEM, TEAMWORK))
    result = score_interview(interview(both, second(SHORT_TEAM)), analyst)
    for one in result.competencies:
        assert sum(c.tenths for c in one.scored.contributions) == one.scored.tenths
        assert (one.standard_error or 0) > 0
    assert (
        sum(c.tenths for c in result.language.fluency.contributions)
        == result.language.fluency.tenths
    )


def test_a_follow_up_completes_its_question(analyst: Analyst) -> None:
    start = "Last year our checkout was slow. I measured every request and found a slow query."
    answer, other = spoken(start), second(f"{SHORT_TEAM} I learned to ask before I judge a plan.")
    follow_up = dataclasses.replace(
        spoken(
            "As a result, the page became four times faster for 300 of our customers.", number=3
        ),
        question_id="q1",
        question_text="What was the result?",
        follow_up=True,
    )
    alone = score_interview(interview(answer, other), analyst).competencies[0]
    together = score_interview(interview(answer, follow_up, other), analyst).competencies[0]
    assert (together.scored.tenths or 0) > (alone.scored.tenths or 0)
    results = {c.code: c for c in together.scored.contributions}["result"]
    assert results.evidence[0].answer_id == "ans_3"


def test_too_little_of_anything_gives_no_number(analyst: Analyst) -> None:
    cases = {
        "no_speech": interview(spoken(""), second("")),
        "too_few_answers": interview(spoken(STRONG + " " + SHORT_TEAM)),
        "too_few_words": interview(
            spoken("I fixed a slow query in the checkout last year.", word_ms=1_200),
            second("I listened to my colleague and then we agreed.", word_ms=1_200),
        ),
        "too_little_speech": interview(
            spoken(SHORT_PROBLEM, word_ms=120), second(SHORT_TEAM, word_ms=120)
        ),
        "other_language": interview(
            spoken(STRONG, heard_language="de"), second(STRONG, heard_language="de")
        ),
        # Recognition translated what it heard.
        "other_language, by its sound": interview(
            spoken(STRONG, language_probability=0.1), second(STRONG, language_probability=0.3)
        ),
    }
    for name, case in cases.items():
        reason = name.split(",")[0]
        result = score_interview(case, analyst)
        assert (result.overall, result.overall_null_reason) == (None, reason)
        assert all(one.scored == Scored(None, reason) for one in result.competencies)
        assert result.confidence == 0
        assert result.review_recommended
        if reason != "too_few_answers":
            assert result.language.fluency.null_reason == reason
            assert result.language.cefr.null_reason == reason
            assert result.language.intelligibility.null_reason == reason


@pytest.mark.parametrize("sure", [(0.1, 0.45), (0.1, None), (0.1,)])
def test_an_accent_that_is_taken_for_another_language_once_is_scored(
    analyst: Analyst, sure: tuple[float | None, ...]
) -> None:
    answers = [
        make(text, language_probability=one)
        for one, make, text in zip(sure, (spoken, second), (STRONG, SHORT_TEAM), strict=False)
    ]
    usual = [dataclasses.replace(answer, language_probability=0.99) for answer in answers]
    assert score_interview(interview(*answers), analyst) == score_interview(
        interview(*usual), analyst
    )


def test_no_answers_at_all(analyst: Analyst) -> None:
    result = score_interview(interview(), analyst)
    assert result.overall is None
    assert result.overall_null_reason == "no_speech"


def test_what_was_not_transcribed_is_not_called_silence(analyst: Analyst) -> None:
    lost = interview(spoken("", analysed=False), second("", analysed=False))
    result = score_interview(lost, analyst)
    assert result.overall_null_reason == "not_analysed"
    assert result.language.cefr.null_reason == "not_analysed"
    half = interview(spoken(STRONG), second(SHORT_TEAM), spoken("", number=3, analysed=False))
    assert "not_analysed" in score_interview(half, analyst).confidence_reasons


def test_typed_answers_are_scored_but_not_heard(analyst: Analyst) -> None:
    result = score_interview(
        interview(spoken(STRONG, typed=True), second(SHORT_TEAM, typed=True)), analyst
    )
    assert result.overall is not None
    assert result.language.fluency.null_reason == "typed_answers"
    assert result.language.cefr.null_reason == "typed_answers"


def test_many_words_of_others_ask_for_review(analyst: Analyst) -> None:
    answer = spoken(STRONG)
    words = tuple(
        dataclasses.replace(word, dropped=place % 3 == 0) for place, word in enumerate(answer.words)
    )
    mixed = interview(dataclasses.replace(answer, words=words), second(SHORT_TEAM + SHORT_TEAM))
    result = score_interview(mixed, analyst)
    assert result.review_recommended
    assert "words_of_others" in result.confidence_reasons
    assert result.with_dropped is not None
    assert "words_of_others" not in result.with_dropped.result.confidence_reasons
    few = dataclasses.replace(words[0], dropped=True)
    once = dataclasses.replace(answer, words=(few, *answer.words[1:]))
    rare = score_interview(interview(once, second(SHORT_TEAM)), analyst)
    assert rare.with_dropped is not None
    assert "words_of_others" not in rare.confidence_reasons


def test_words_of_others_are_named_where_too_few_are_left_for_a_score(analyst: Analyst) -> None:
    answer = spoken(STRONG)
    words = tuple(dataclasses.replace(word, dropped=True) for word in answer.words)
    result = score_interview(interview(dataclasses.replace(answer, words=words)), analyst)
    assert (result.overall, result.overall_error) == (None, None)
    assert result.confidence_reasons == (result.overall_null_reason, "words_of_others")


def test_hesitation_lowers_fluency(analyst: Analyst) -> None:
    fluent = score_interview(interview(spoken(STRONG), second(SHORT_TEAM)), analyst)
    slow = interview(
        spoken(STRONG, word_ms=650, pause_ms=1_500),
        second(SHORT_TEAM, word_ms=650, pause_ms=1_500),
    )
    assert (score_interview(slow, analyst).language.fluency.tenths or 0) < (
        fluent.language.fluency.tenths or 0
    )


def _result(weight: float, tenths: int | None) -> CompetencyResult:
    competency = dataclasses.replace(PROBLEM, weight=weight)
    return CompetencyResult(competency, Scored(tenths, "" if tenths is not None else "x"))


def test_overall_follows_the_stated_weights() -> None:
    assert overall([_result(2.0, 600), _result(1.0, 300)]) == (500, "")
    assert overall([_result(0.1, 601), _result(0.1, 600)]) == (601, "")
    assert overall([_result(2.0, 600), _result(1.0, None)]) == (600, "")
    assert overall([_result(1.0, 600), _result(2.0, None)]) == (None, "too_few_competencies")
    assert overall([]) == (None, "too_few_competencies")


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=8))
def test_a_competency_is_the_mean_of_its_questions(scores: list[int]) -> None:
    coefficients = packaged_coefficients()
    questions = [
        (place, Scored(score, contributions=(Contribution("a", "A", score),)))
        for place, score in enumerate(scores, start=1)
    ]
    result = combine(PROBLEM, questions, coefficients)
    assert result.scored.tenths == (2 * sum(scores) + len(scores)) // (2 * len(scores))


def test_more_answers_are_surer() -> None:
    prior = packaged_coefficients().prior
    assert standard_error([500], prior) == 150
    assert standard_error([500, 500, 500, 500], prior) < 75
    assert standard_error([0, 1000], prior) > standard_error([500, 500], prior)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=6), st.integers(1, 60_000))
def test_answers_that_count_alike_need_no_weights(scores: list[int], weight: int) -> None:
    prior = Prior(44, 2)
    weighted = standard_error(scores, prior, [weight] * len(scores))
    assert weighted == standard_error(scores, prior)


def test_a_word_on_the_side_hardly_changes_how_sure_a_mean_is() -> None:
    prior = Prior(44, 2)
    usual = standard_error([600, 640], prior, [20_000, 20_000])
    assert standard_error([600, 640, 0], prior, [20_000, 20_000, 300]) < 2 * usual
    assert standard_error([600, 640, 0], prior) > 3 * usual


def _sure(weight: float, error: int | None, *questions: str) -> CompetencyResult:
    found = tuple((name, Scored(600)) for name in questions)
    return dataclasses.replace(_result(weight, 600), standard_error=error, questions=found)


def test_the_overall_error_follows_weights_and_shared_questions() -> None:
    assert overall_error([_sure(0.3, 80, "q1", "q2", "q3")]) == 80
    # Of different questions errors are independent, of the same they are one.
    assert overall_error([_sure(1, 60, "q1"), _sure(1, 80, "q2")]) == 50
    assert overall_error([_sure(1, 60, "q1"), _sure(1, 80, "q1")]) == 70
    assert overall_error([_sure(3, 60, "q1"), _sure(1, 80, "q2")]) == 49
    between = overall_error([_sure(1, 60, "q1", "q2"), _sure(1, 80, "q2", "q3")])
    assert between is not None
    assert 50 < between < 70
    # What has no score is not in the mean; what has no error is in it and says nothing.
    assert overall_error([_sure(1, 60, "q1"), _result(2.0, None)]) == 60
    assert overall_error([_sure(1, 60, "q1"), _sure(1, None, "q2")]) is None
    assert overall_error([]) is None


def test_every_score_says_how_sure_it_is(analyst: Analyst) -> None:
    alike = score_interview(interview(spoken(STRONG), second(SHORT_TEAM)), analyst)
    errors = [one.standard_error or 0 for one in alike.competencies]
    assert alike.overall_error is not None
    assert 0 < alike.overall_error <= max(errors)
    uneven = interview(spoken(STRONG, word_ms=700, pause_ms=2_000), second(SHORT_TEAM))
    apart = score_interview(uneven, analyst).language
    assert (apart.fluency_error or 0) > (alike.language.fluency_error or 0) > 0
    assert (alike.language.intelligibility_error or 0) > 0


def test_what_has_no_score_has_no_error(analyst: Analyst) -> None:
    typed = score_interview(
        interview(spoken(STRONG, typed=True), second(SHORT_TEAM, typed=True)), analyst
    )
    assert typed.overall_error is not None
    silent = score_interview(interview(spoken(""), second("")), analyst)
    assert silent.overall_error is None
    for language in (typed.language, silent.language):
        assert language.fluency_error is None
        assert language.intelligibility_error is None


def test_a_feature_out_of_the_fitted_range_is_told(analyst: Analyst) -> None:
    usual = score_interview(interview(spoken(STRONG), second(SHORT_TEAM)), analyst)
    gasping = score_interview(
        interview(spoken(STRONG, pause_ms=4_000), second(SHORT_TEAM, pause_ms=4_000)), analyst
    )
    assert "outside_fitted_range" not in usual.confidence_reasons
    assert "phonation_time_ratio" in gasping.language.outside
    assert "outside_fitted_range" in gasping.confidence_reasons
    assert gasping.confidence < usual.confidence


def test_long_runs_are_beyond_the_fitted_range_but_count_no_more() -> None:
    model = packaged_language_model()
    runs = next(m for m in model.fluency if m.term.name == "mean_run_syllables")
    assert runs.highest < 40
    assert runs.fits(40)
    assert not runs.fits(runs.lowest - 0.1)
    unreached = dataclasses.replace(runs, term=dataclasses.replace(runs.term, best=20.0))
    assert not unreached.fits(40)
