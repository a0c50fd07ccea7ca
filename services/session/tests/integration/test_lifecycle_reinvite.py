"""A fresh attempt kills the one before; a result that stands is left alone."""

from datetime import timedelta

import pytest

from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.session.events.v1 import events_pb2 as published
from viva.platform.errors import DomainError, NotFoundError
from viva.session.application.lifecycle_ports import VerdictStage
from viva.session.domain.lifecycle import EndReason, State


async def reinvite(world, attempt: int) -> None:
    async with world.database.unit_of_work() as uow:
        expires_at = world.clock.now() + timedelta(days=3)
        await world.parts.commands.reinvite(uow, "iv_test", attempt, expires_at)


async def test_after_a_drop_without_answers_the_same_interview_can_be_held(world) -> None:
    await world.joined()
    await world.hang_up(EndReason.DROPPED)
    await reinvite(world, 2)
    assert (await world.published_names())[-2:] == ["InterviewReinvited", "PromptsReady"]

    await world.start(attempt=2)
    answer = world.answer(1, attempt=2)
    await world.record(answer)
    await world.hang_up(attempt=2)
    await world.give(*world.results_of(answer), attempt=2)
    await world.judge(VerdictStage.SCORE, common.InterviewScore(overall=50), attempt=2)
    await world.judge(VerdictStage.ASSESSMENT, common.InterviewAssessment(), attempt=2)
    (completed,) = await world.published_of(published.InterviewCompleted)
    assert completed.attempt == 2


async def test_the_attempt_before_is_dead(world) -> None:
    await world.joined()
    await world.hang_up(EndReason.DROPPED)
    await reinvite(world, 2)
    with pytest.raises(DomainError) as caught:
        await world.start(attempt=1)
    assert caught.value.code == "interview_over"
    assert (await world.parts.lifecycle.load_plan("iv_test")).attempt == 2


async def test_a_link_that_nobody_used_can_be_replaced(world) -> None:
    await world.create()
    await world.render_prompts()
    await reinvite(world, 2)
    assert await world.state() is State.READY
    assert (await world.stored()).interview.attempt == 2


async def test_an_interview_that_expired_unrendered_is_rendered_for_the_next_attempt(world) -> None:
    await world.create()
    world.clock.advance(8 * 86_400)
    await world.sweep()
    await reinvite(world, 2)
    await world.render_prompts()
    assert await world.state() is State.READY


@pytest.mark.parametrize("delivered", [1, 2])
async def test_a_request_delivered_twice_is_one_attempt(world, delivered: int) -> None:
    await world.create()
    await world.render_prompts()
    for _ in range(delivered):
        await reinvite(world, 2)
    assert len(await world.published_of(published.InterviewReinvited)) == 1


async def test_a_result_that_stands_is_left_alone(world) -> None:
    await world.joined()
    answer = world.answer(1)
    await world.record(answer)
    await world.give(*world.results_of(answer))
    await world.hang_up()
    await reinvite(world, 2)
    await world.judge(VerdictStage.SCORE, common.InterviewScore(overall=50))
    await world.judge(VerdictStage.ASSESSMENT, common.InterviewAssessment())
    await reinvite(world, 2)
    refused = await world.published_of(published.InterviewReinviteRefused)
    assert [(event.attempt, event.reason) for event in refused] == [
        (2, "processing"),
        (2, "completed"),
    ]
    assert await world.state() is State.COMPLETED


async def test_a_command_for_an_unknown_interview_is_a_dead_letter(world) -> None:
    with pytest.raises(NotFoundError):
        await reinvite(world, 2)
