"""The calls of one attempt: budget, waits, window, call-back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from viva.telephony.domain.call_events import Answered, Ended, Failed, Failure, Postponed
from viva.telephony.domain.calls import Call, CallPlan, CallState, NotAnswered
from viva.telephony.domain.errors import CallStateError
from viva.telephony.domain.retries import Retries
from viva.telephony.domain.window import CallingWindow

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HELD = NOW + timedelta(seconds=15)
RETRIES = Retries()
PLAN = CallPlan(
    "iv_1",
    "sealed",
    expires_at=NOW + timedelta(days=7),
    grace=timedelta(seconds=30),
    longest=timedelta(minutes=15),
)

NO_CALL_BACK = replace(PLAN, call_back=False)


def dialled() -> Call:
    call = Call("iv_1", 1, due_at=NOW)
    call.dial("call_1", "main", HELD)
    return call


def talking() -> Call:
    call = dialled()
    call.answer(NOW, HELD)
    call.drain()
    return call


@pytest.mark.parametrize("why", list(NotAnswered))
def test_nobody_is_called_more_often_than_the_budget_allows(why: NotAnswered) -> None:
    call, now = Call("iv_1", 1, due_at=NOW), NOW
    for number in range(1, RETRIES.most_calls + 1):
        call.dial(f"call_{number}", "main", now + timedelta(seconds=15))
        call.miss(why, "", PLAN, RETRIES, now)
        last = call.drain()
        if number < RETRIES.most_calls:
            assert last == [
                Postponed(f"call_{number}", number, Failure(why.value), now + RETRIES.after(why))
            ]
            now = call.due_at or now
    assert last == [Failed("call_3", Failure(why.value), "")]
    assert call.state is CallState.FAILED


def test_one_budget_for_all_reasons_and_call_backs() -> None:
    call = dialled()
    call.miss(NotAnswered.BUSY, "", PLAN, RETRIES, NOW)
    call.dial("call_2", "main", HELD)
    call.answer(NOW, HELD)
    call.drop(PLAN, RETRIES, NOW)
    assert call.due_at == NOW + RETRIES.call_back
    call.dial("call_3", "main", HELD)
    call.drain()
    call.miss(NotAnswered.NO_ANSWER, "", PLAN, RETRIES, NOW)
    assert [type(event) for event in call.drain()] == [Failed]


def test_a_dropped_call_is_called_back_once_within_the_grace() -> None:
    call = talking()
    call.drop(PLAN, RETRIES, NOW)
    assert call.drain() == [Postponed("call_1", 1, Failure.DROPPED, NOW + RETRIES.call_back)]
    call.dial("call_2", "main", HELD)
    call.answer(NOW, HELD)
    call.drop(PLAN, RETRIES, NOW)
    # No second call-back; the conversation's own end closes it.
    assert (call.state, call.due_at) == (CallState.WAITING, None)
    call.end(NOW)
    assert call.state is CallState.OVER


def test_who_is_gone_before_the_first_word_is_called_again_by_the_budget() -> None:
    call, now = Call("iv_1", 1, due_at=NOW), NOW
    for number in range(1, RETRIES.most_calls):
        call.dial(f"call_{number}", "main", HELD)
        call.drop(NO_CALL_BACK, RETRIES, now, begun=False)
        now += RETRIES.dropped
        assert call.drain() == [Postponed(f"call_{number}", number, Failure.DROPPED, now)]
    call.dial("call_3", "main", HELD)
    call.drop(NO_CALL_BACK, RETRIES, now, begun=False)
    assert call.drain() == [Failed("call_3", Failure.DROPPED, "")]


def test_a_call_back_that_is_gone_at_once_leaves_the_conversation_its_grace() -> None:
    call = talking()
    call.drop(PLAN, RETRIES, NOW)
    call.dial("call_2", "main", HELD)
    call.drain()
    call.drop(PLAN, RETRIES, NOW, begun=False)
    assert (call.state, call.due_at, call.drain()) == (CallState.WAITING, None, [])


def test_a_call_back_that_nobody_takes_in_the_grace_is_the_last() -> None:
    call = talking()
    call.drop(PLAN, RETRIES, NOW)
    call.dial("call_2", "main", HELD)
    call.drain()
    call.miss(NotAnswered.BUSY, "", PLAN, RETRIES, NOW + timedelta(seconds=5))
    assert call.drain() == [Failed("call_2", Failure.BUSY, "")]


def test_calls_wait_for_their_window_and_end_with_the_expiry() -> None:
    window = CallingWindow("Europe/Berlin", 9 * 60, 11 * 60 + 5)
    plan = CallPlan(
        "iv_1",
        "sealed",
        expires_at=NOW + timedelta(days=1),
        grace=timedelta(seconds=30),
        longest=timedelta(minutes=15),
        window=window,
    )
    call = dialled()
    call.miss(NotAnswered.NO_ANSWER, "", plan, RETRIES, NOW)  # 11:00 in Berlin
    assert call.due_at == datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    call.dial("call_2", "main", HELD)
    call.drain()
    call.miss(NotAnswered.NO_ANSWER, "", plan, RETRIES, call_time(24, 10))
    assert call.drain() == [Failed("call_2", Failure.NO_ANSWER, "")]


def call_time(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def test_an_order_of_unknown_outcome_is_asked_about_before_it_is_repeated() -> None:
    call = dialled()
    call.lose(PLAN, RETRIES, NOW)
    assert (call.state, call.in_doubt) == (CallState.WAITING, True)
    call.settle_doubt(NOW, RETRIES, under_way=True)
    assert (call.in_doubt, call.due_at) == (True, NOW + RETRIES.in_doubt)
    call.settle_doubt(NOW, RETRIES, under_way=False)
    assert (call.in_doubt, call.due_at, call.made) == (False, NOW, 1)


def test_an_order_that_was_not_given_does_not_count() -> None:
    call = dialled()
    call.release(NOW)
    assert (call.made, call.state) == (0, CallState.WAITING)


def test_a_caller_takes_the_place_of_the_next_call() -> None:
    call = Call("iv_1", 1, due_at=NOW + timedelta(hours=1))
    call.take("call_in", "main", HELD)
    call.answer(NOW, HELD, inbound=True)
    assert call.drain() == [Answered("call_in", 1, inbound=True)]
    call.end(NOW + timedelta(minutes=5))
    assert call.drain() == [Ended("call_in", timedelta(minutes=5))]


def test_a_call_that_is_over_stays_over() -> None:
    call = talking()
    call.end(NOW)
    call.drain()
    call.fail(Failure.BUSY, "")
    call.cancel()
    call.end(NOW)
    assert call.drain() == []
    with pytest.raises(CallStateError):
        call.dial("call_9", "main", HELD)
