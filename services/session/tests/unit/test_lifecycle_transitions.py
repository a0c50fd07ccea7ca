"""The aggregate as a table: what each command does in each state, and that nothing else happens."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.session.domain import interview_events as happened
from viva.session.domain.errors import IllegalTransitionError
from viva.session.domain.interview import Interview
from viva.session.domain.lifecycle import (
    CHARGED,
    REINVITABLE,
    TRANSITIONS,
    Deadlines,
    EndReason,
    Stage,
    State,
)

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
EXPIRY = NOW + timedelta(days=7)
TOTAL = timedelta(minutes=30)
GRACE = timedelta(seconds=60)
DEADLINES = Deadlines()


def created(*, phone: bool = False, test_mode: bool = False) -> Interview:
    return Interview(
        id="iv_1",
        phone=phone,
        test_mode=test_mode,
        expires_at=EXPIRY,
        total=TOTAL,
        grace=GRACE,
        questions_planned=3,
    )


def ready(**kinds: bool) -> Interview:
    interview = created(**kinds)
    interview.prompts_rendered(12)
    return interview


def in_progress(**kinds: bool) -> Interview:
    interview = ready(**kinds)
    interview.start(NOW, DEADLINES)
    return interview


def processing(reason: EndReason = EndReason.FINISHED, **kinds: bool) -> Interview:
    interview = in_progress(**kinds)
    interview.end_conversation(reason, NOW, answers=3, scoreable=2, deadlines=DEADLINES)
    return interview


def judged(reason: EndReason = EndReason.FINISHED, **kinds: bool) -> Interview:
    interview = processing(reason, **kinds)
    interview.freeze(NOW, DEADLINES, answered=2, missing_stages=())
    return interview


def in_state(state: State) -> Interview:
    interview = _in_state(state)
    assert interview.state is state
    interview.drain()
    return interview


def _in_state(state: State) -> Interview:
    match state:
        case State.CREATED:
            return created()
        case State.READY:
            return ready()
        case State.IN_PROGRESS:
            return in_progress()
        case State.PROCESSING:
            return processing()
        case State.COMPLETED | State.LOW_CONFIDENCE:
            interview = judged()
            interview.conclude(has_overall=state is State.COMPLETED, missing_stages=())
            return interview
        case State.PARTIAL:
            interview = judged(EndReason.DROPPED)
            interview.conclude(has_overall=True, missing_stages=())
            return interview
        case State.FAILED:
            interview = in_progress()
            interview.fail("broken", "")
            return interview
        case State.EXPIRED:
            interview = ready()
            interview.expire()
            return interview
        case State.CANCELLED:
            interview = ready()
            interview.cancel("", NOW, DEADLINES)
            return interview


Command = Callable[[Interview], object]

COMMANDS: dict[str, Command] = {
    "prompts_rendered": lambda interview: interview.prompts_rendered(12),
    "start": lambda interview: interview.start(NOW, DEADLINES),
    "alive": lambda interview: interview.alive(NOW, DEADLINES),
    "end": lambda interview: interview.end_conversation(
        EndReason.FINISHED, NOW, answers=3, scoreable=2, deadlines=DEADLINES
    ),
    "end_dropped_early": lambda interview: interview.end_conversation(
        EndReason.DROPPED, NOW, answers=1, scoreable=0, deadlines=DEADLINES
    ),
    "end_cancelled": lambda interview: interview.end_conversation(
        EndReason.CANCELLED, NOW, answers=1, scoreable=1, deadlines=DEADLINES
    ),
    "freeze": lambda interview: interview.freeze(NOW, DEADLINES, answered=2, missing_stages=()),
    "conclude": lambda interview: interview.conclude(has_overall=True, missing_stages=()),
    "ask_again": lambda interview: interview.ask_again(NOW, DEADLINES),
    "fail": lambda interview: interview.fail("broken", ""),
    "expire": lambda interview: interview.expire(),
    "cancel": lambda interview: interview.cancel("", NOW, DEADLINES),
    "reinvite": lambda interview: interview.reinvite(2, EXPIRY),
}

REFUSED = "refused"
IGNORED = "ignored"

# What each command leads to; a state that is not named ignores it: no change, no event.
TABLE: dict[str, dict[State, State | str]] = {
    "prompts_rendered": {State.CREATED: State.READY},
    "start": {
        State.READY: State.IN_PROGRESS,
        **dict.fromkeys(set(State) - {State.READY, State.IN_PROGRESS}, REFUSED),
    },
    "alive": dict.fromkeys(set(State) - {State.IN_PROGRESS}, REFUSED),
    "end": {
        State.IN_PROGRESS: State.PROCESSING,
        State.CREATED: REFUSED,
        State.READY: REFUSED,
    },
    "end_dropped_early": {
        State.IN_PROGRESS: State.FAILED,
        State.CREATED: REFUSED,
        State.READY: REFUSED,
    },
    "end_cancelled": {
        State.IN_PROGRESS: State.CANCELLED,
        State.CREATED: REFUSED,
        State.READY: REFUSED,
    },
    "freeze": {
        State.PROCESSING: State.PROCESSING,
        **dict.fromkeys(set(State) - {State.PROCESSING}, REFUSED),
    },
    "conclude": dict.fromkeys(set(State), REFUSED),  # not before the bundle is frozen
    "ask_again": {State.PROCESSING: State.PROCESSING},
    "fail": dict.fromkeys((state for state in State if not state.terminal), State.FAILED),
    "expire": {State.CREATED: State.EXPIRED, State.READY: State.EXPIRED},
    "cancel": {
        State.CREATED: State.CANCELLED,
        State.READY: State.CANCELLED,
    },
    "reinvite": {
        State.CREATED: State.CREATED,
        **dict.fromkeys((State.READY, State.LOW_CONFIDENCE, State.FAILED), State.READY),
        **dict.fromkeys((State.EXPIRED, State.CANCELLED), State.READY),
    },
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_in_each_state(command: str, state: State) -> None:
    interview = in_state(state)
    expected = TABLE[command].get(state, IGNORED)

    if expected == REFUSED:
        with pytest.raises(IllegalTransitionError):
            COMMANDS[command](interview)
    else:
        COMMANDS[command](interview)

    if expected in {REFUSED, IGNORED}:
        assert interview.state is state
        events = interview.drain()
        assert all(isinstance(event, happened.ReinviteRefused) for event in events)
    else:
        assert interview.state is expected
        assert interview.drain()


@pytest.mark.parametrize("state", State)
def test_a_deadline_is_stored_exactly_where_something_can_hang(state: State) -> None:
    assert (in_state(state).deadline is None) is state.terminal


def test_the_table_of_transitions_names_every_state() -> None:
    assert set(TRANSITIONS) == set(State)


@pytest.mark.parametrize("state", sorted(CHARGED))
def test_what_is_charged_cannot_be_repeated(state: State) -> None:
    assert state not in REINVITABLE


@pytest.mark.parametrize(
    ("reason", "has_overall", "missing", "state", "charged"),
    [
        (EndReason.FINISHED, True, (), State.COMPLETED, True),
        (EndReason.FINISHED, True, ("interview_assessment",), State.PARTIAL, True),
        (EndReason.DROPPED, True, (), State.PARTIAL, True),
        (EndReason.TOTAL_LIMIT, True, (), State.PARTIAL, True),
        (EndReason.CANDIDATE_LEFT, True, (), State.PARTIAL, True),
        (EndReason.FINISHED, False, (), State.LOW_CONFIDENCE, False),
        (EndReason.DROPPED, False, (), State.LOW_CONFIDENCE, False),
        (EndReason.SILENT, False, (), State.LOW_CONFIDENCE, False),
    ],
)
def test_the_verdict(
    reason: EndReason, has_overall: bool, missing: tuple[str, ...], state: State, charged: bool
) -> None:
    interview = judged(reason)
    interview.drain()
    interview.conclude(has_overall=has_overall, missing_stages=missing)
    assert interview.drain() == [happened.VerdictReached(1, state, charged, missing)]


def test_a_stage_that_an_answer_lacks_makes_it_partial() -> None:
    interview = processing()
    interview.freeze(NOW, DEADLINES, answered=2, missing_stages=("scoring",))
    interview.conclude(has_overall=True, missing_stages=("scoring", "interview_assessment"))
    verdict = interview.drain()[-1]
    assert verdict == happened.VerdictReached(
        1, State.PARTIAL, True, ("scoring", "interview_assessment")
    )


def test_a_test_interview_is_never_charged() -> None:
    interview = judged(test_mode=True)
    interview.conclude(has_overall=True, missing_stages=())
    verdict = interview.drain()[-1]
    assert isinstance(verdict, happened.VerdictReached)
    assert not verdict.chargeable


def test_consent_refused_fails() -> None:
    interview = in_progress()
    interview.drain()
    interview.end_conversation(
        EndReason.CONSENT_REFUSED, NOW, answers=0, scoreable=0, deadlines=DEADLINES
    )
    ended, failed = interview.drain()
    assert isinstance(ended, happened.ConversationEnded)
    assert isinstance(failed, happened.Failed)
    assert failed.code == "consent_refused"


def test_silence_is_judged_though_nothing_was_answered() -> None:
    interview = in_progress()
    interview.end_conversation(EndReason.SILENT, NOW, answers=0, scoreable=0, deadlines=DEADLINES)
    assert interview.stage is Stage.ANSWERS


def test_a_drop_whose_answers_hold_no_words_fails() -> None:
    interview = processing(EndReason.DROPPED)
    interview.freeze(NOW, DEADLINES, answered=0, missing_stages=())
    failed = interview.drain()[-1]
    assert isinstance(failed, happened.Failed)
    assert failed.code == "no_answers"


def test_a_live_cancellation_waits_for_who_conducts() -> None:
    interview = in_progress()
    interview.drain()
    assert interview.cancel("position filled", NOW, DEADLINES)
    assert interview.state is State.IN_PROGRESS
    assert interview.deadline == NOW + DEADLINES.cancel
    interview.alive(NOW + timedelta(seconds=5), DEADLINES)
    assert interview.deadline == NOW + DEADLINES.cancel
    interview.end_conversation(EndReason.DROPPED, NOW, answers=2, scoreable=1, deadlines=DEADLINES)
    assert interview.drain()[-1] == happened.Cancelled(1, "position filled")


def test_a_conversation_is_overdue_after_grace_and_hand_over_or_at_its_total_limit() -> None:
    interview = in_progress()
    assert interview.deadline == NOW + GRACE + DEADLINES.handover
    interview.alive(NOW + TOTAL, DEADLINES)
    assert interview.deadline == NOW + TOTAL + GRACE + DEADLINES.handover
    interview.alive(NOW + TOTAL * 2, DEADLINES)
    assert interview.deadline == NOW + TOTAL + DEADLINES.closing


@pytest.mark.parametrize(
    ("after", "reason"),
    [(timedelta(minutes=2), EndReason.DROPPED), (TOTAL, EndReason.TOTAL_LIMIT)],
)
def test_why_an_overdue_conversation_is_over(after: timedelta, reason: EndReason) -> None:
    assert in_progress().overdue_reason(NOW + after) is reason


def test_each_stage_is_asked_for_once_more() -> None:
    interview = processing()
    assert interview.ask_again(NOW, DEADLINES)
    assert not interview.ask_again(NOW, DEADLINES)
    interview.freeze(NOW, DEADLINES, answered=2, missing_stages=())
    assert interview.ask_again(NOW, DEADLINES)
    assert not interview.ask_again(NOW, DEADLINES)


def test_a_reinvitation_starts_anew() -> None:
    interview = in_state(State.FAILED)
    later = EXPIRY + timedelta(days=1)
    interview.reinvite(2, later)
    assert interview.drain() == [happened.Reinvited(2), happened.PromptsRendered(2, 12)]
    assert interview.deadline == later
    assert interview.started_at is None


def test_a_reinvitation_that_is_known_changes_nothing() -> None:
    interview = in_state(State.FAILED)
    interview.reinvite(2, EXPIRY)
    interview.drain()
    interview.reinvite(2, EXPIRY + timedelta(days=1))
    assert interview.drain() == []
    assert interview.expires_at == EXPIRY


@pytest.mark.parametrize(
    "state", [State.IN_PROGRESS, State.PROCESSING, State.COMPLETED, State.PARTIAL]
)
def test_a_reinvitation_is_refused_where_a_result_stands_or_comes(state: State) -> None:
    interview = in_state(state)
    interview.reinvite(2, EXPIRY)
    assert interview.drain() == [happened.ReinviteRefused(2, state.value)]
    assert interview.attempt == 1


def test_a_phone_interview_is_dialled_when_its_prompts_are_ready() -> None:
    assert ready(phone=True).drain()[-1] == happened.CallWanted(1)


@given(st.lists(st.sampled_from(sorted(COMMANDS)), max_size=12))
def test_any_order_of_commands_keeps_to_the_table(commands: list[str]) -> None:
    interview = created()
    for name in commands:
        before = interview.state
        try:
            COMMANDS[name](interview)
        except IllegalTransitionError:
            assert interview.state is before
        if interview.state is not before:
            assert interview.state in TRANSITIONS[before]
        assert (interview.deadline is None) is interview.state.terminal
    terminal = [
        event
        for event in interview.drain()
        if isinstance(
            event,
            happened.VerdictReached | happened.Failed | happened.Expired | happened.Cancelled,
        )
    ]
    assert len(terminal) <= interview.attempt
