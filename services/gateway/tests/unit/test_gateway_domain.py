"""Rules of the gateway's domain."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from viva.edge.numbers import connection_numbers
from viva.gateway.domain import builtin
from viva.gateway.domain.errors import TooManyRequestsError
from viva.gateway.domain.interview import Accommodations, Run
from viva.gateway.domain.library_rules import check, check_script
from viva.gateway.domain.lifecycle import Status
from viva.gateway.domain.limits import usual_limits
from viva.gateway.entrypoints.rate import RateLimit
from viva.gateway.settings import GatewaySettings
from viva.testkit.clock import FakeClock

STATUSES = st.sampled_from(list(Status))


@given(st.lists(STATUSES, max_size=12))
def test_reports_in_any_order_end_where_they_must(reports: list[Status]) -> None:
    status = Status.CREATED
    first_end = next((report for report in reports if report.terminal), None)
    for report in reports:
        before = status
        if status.precedes(report):
            status = report
        assert not before.terminal or status is before
    if first_end:
        assert status is first_end


def test_a_result_is_the_end_of_its_attempt_only() -> None:
    assert {status for status in Status if status.has_result} == {
        Status.COMPLETED,
        Status.PARTIAL,
        Status.LOW_CONFIDENCE,
    }
    assert not Status.COMPLETED.renewable
    assert not Status.PROCESSING.renewable
    assert Status.LOW_CONFIDENCE.renewable
    assert Run(1).status is Status.CREATED


@pytest.mark.parametrize("languages", [("en", "de"), ()])
def test_a_language_that_viva_is_not_made_for_is_refused_at_start(
    languages: tuple[str, ...],
) -> None:
    with pytest.raises(ValidationError, match="is not among en: see ADR 15"):
        GatewaySettings(languages=languages)


def test_what_is_built_in_breaks_no_rule() -> None:
    settings = GatewaySettings()
    for entry in (builtin.PERSONA, builtin.FRAMEWORK, builtin.QUESTION_SET):
        check(entry.definition, languages=settings.languages, voices=settings.voices)
    questions = builtin.QUESTION_SET.definition
    framework = builtin.FRAMEWORK.definition
    check_script(framework, questions, default_questions=True)
    probed = {key for question in questions.questions for key in question.competency_keys}
    assert probed == {competency.key for competency in framework.competencies}
    assert sum(competency.weight for competency in framework.competencies) == pytest.approx(1)


def test_the_usual_limits_hold_what_the_questions_may_take() -> None:
    questions = builtin.QUESTION_SET.definition
    usual = usual_limits(questions, Accommodations())
    slow = usual_limits(questions, Accommodations(thinking_time_factor=2))
    assert usual.total_ms == 900_000
    assert (slow.total_ms, slow.grace_ms) == (2 * usual.total_ms, 2 * usual.grace_ms)


@given(st.lists(st.sampled_from("abc"), max_size=40), st.integers(1, 5))
def test_nobody_gets_more_than_the_quota_of_a_window(callers: list[str], quota: int) -> None:
    limit = RateLimit("key", quota, 60, FakeClock())
    passed: dict[str, int] = {}
    for who in callers:
        if passed.get(who, 0) < quota:
            limit.take(who)
            passed[who] = passed.get(who, 0) + 1
            continue
        with pytest.raises(TooManyRequestsError) as refused:
            limit.take(who)
        assert 1 <= refused.value.retry_after_s <= 60


def test_connections_are_counted_up_over_restarts() -> None:
    clock = FakeClock()
    before = connection_numbers(clock)
    numbers = [before() for _ in range(5)]
    clock.advance(timedelta(milliseconds=1).total_seconds())
    numbers += [connection_numbers(clock)(), before()]
    assert numbers[:-1] == sorted(set(numbers[:-1]))
