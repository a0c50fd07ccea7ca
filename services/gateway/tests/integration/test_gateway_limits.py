"""Limits from the order over what session is sent to what is enforced: as the API shows them."""

from datetime import timedelta
from typing import Any

import pytest

from viva.contracts.gateway.events.v1 import events_pb2 as events
from viva.session.adapters.spec_mapper import SpecMapper
from viva.session.application.lifecycle_commands import _new_interview
from viva.session.domain.conversation.actions import Say
from viva.session.domain.conversation.draft import Rules
from viva.session.domain.conversation.ending import EndedBy
from viva.session.domain.conversation.facts import Elapsed, FramesUntil
from viva.session.domain.conversation.machine import Step, conversation
from viva.session.domain.conversation.progress import progress
from viva.session.domain.conversation.state import Answer, Slot, Stage, State
from viva.session.domain.conversation.timing import Timing, samples
from viva.session.domain.script import build_script
from viva.telephony.entrypoints.kafka import _MARGIN, _plan

from .conftest import Customer, World

THINKING_S = 20
QUESTIONS: dict[str, Any] = {
    "name": "One",
    "questions": [
        {"text": "Why?", "competencies": ["communication"], "thinking_time_s": THINKING_S}
    ],
}
PLANNER = SpecMapper(voice="af_heart", total_ms=900_000, grace_ms=30_000, answer_limit_ms=180_000)


async def ordered(world: World, customer: Customer, **more: Any) -> events.InterviewCreated:
    made = await customer.interview(question_set=QUESTIONS, **more)
    ((_, created),) = await world.emitted(made["id"])
    limits = created.spec.limits
    assert made["limits"] == {
        "total_s": limits.total_ms / 1000,
        "grace_s": limits.grace_ms / 1000,
    }
    assert isinstance(created, events.InterviewCreated)
    return created


def rules_of(created: events.InterviewCreated) -> Rules:
    plan = PLANNER(created.spec)
    return Rules(plan, dict.fromkeys(build_script(plan).prompts, samples(1000)))


def waiting_for_an_answer(*, attached: bool = True) -> State:
    return State(
        stage=Stage.LISTENING,
        started_clock=0,
        attached=attached,
        consented=True,
        answer=Answer(Slot(0)),
    )


def after_talk(rules: Rules, ms: int) -> Step:
    return conversation(rules, waiting_for_an_answer(), FramesUntil(samples(ms)))


def after_absence(rules: Rules, ms: int) -> Step:
    return conversation(rules, waiting_for_an_answer(attached=False), Elapsed(ms))


@pytest.mark.parametrize(
    ("factor", "given", "total_s", "grace_s"),
    [
        (1, {}, 900, 30),
        (2, {}, 1800, 60),
        (2, {"total_s": 40, "grace_s": 3}, 40, 3),
        (1.5, {"total_s": 600}, 600, 45),
    ],
)
async def test_what_the_api_shows_is_what_is_enforced(
    world: World,
    customer: Customer,
    factor: float,
    given: dict[str, float],
    total_s: int,
    grace_s: int,
) -> None:
    aids = {"thinking_time_factor": factor}
    created = await ordered(world, customer, accommodations=aids, limits=given)
    total_ms, grace_ms = total_s * 1000, grace_s * 1000
    assert (created.spec.limits.total_ms, created.spec.limits.grace_ms) == (total_ms, grace_ms)

    rules = rules_of(created)
    assert not after_talk(rules, total_ms - 1).state.ending
    assert after_talk(rules, total_ms).state.ending == EndedBy.TOTAL_LIMIT
    assert after_absence(rules, grace_ms - 1).state.stage is Stage.LISTENING
    assert after_absence(rules, grace_ms).state.ending == EndedBy.DROPPED

    # The backstops: the sweep of conversations that nobody ends, and the carrier's own limit.
    stored = _new_interview(created.spec, rules.plan, 1, world.clock.now())
    assert stored.total == timedelta(seconds=total_s)
    assert stored.grace == timedelta(seconds=grace_s)
    assert _plan(created).longest == timedelta(seconds=total_s) + _MARGIN


async def test_thinking_time_is_stretched_once(world: World, customer: Customer) -> None:
    created = await ordered(world, customer, accommodations={"thinking_time_factor": 2})
    assert created.spec.question_set.questions[0].thinking_time_ms == THINKING_S * 1000

    rules = rules_of(created)
    assert progress(rules, waiting_for_an_answer(), {}).thinking_left_ms == 2 * THINKING_S * 1000
    patience_ms = 2 * (THINKING_S * 1000 + Timing().reprompt_ms)

    def reprompted(ms: int) -> bool:
        actions = after_talk(rules, ms).actions
        return "reprompt" in [one.key for one in actions if isinstance(one, Say)]

    assert not reprompted(patience_ms - 1)
    assert reprompted(patience_ms)


async def test_a_specification_without_limits_gets_the_sessions_own_stretched_once(
    world: World, customer: Customer
) -> None:
    created = await ordered(world, customer, accommodations={"thinking_time_factor": 2})
    created.spec.ClearField("limits")
    plan = PLANNER(created.spec)
    assert (plan.total_limit_ms, plan.grace_ms) == (1_800_000, 60_000)
