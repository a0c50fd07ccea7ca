"""What hangs is moved on, by any replica, as soon as its stored deadline has passed."""

import asyncio

import pytest

from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.session.events.v1 import events_pb2 as published
from viva.platform.errors import DomainError
from viva.session.application.lifecycle_ports import VerdictStage
from viva.session.domain.lifecycle import EndReason, State

DAY_S = 86_400
SCORE = common.InterviewScore(overall=71)


class Conducted:
    """Ends left conversations as the live part would, or has nothing to end."""

    def __init__(self, world, *, found: bool) -> None:
        self._world = world
        self._found = found
        self.asked: list[tuple[str, int, EndReason]] = []

    async def end(self, interview_id: str, attempt: int, reason: EndReason) -> bool:
        self.asked.append((interview_id, attempt, reason))
        if self._found:
            await self._world.record(self._world.answer(1))
            await self._world.hang_up(reason)
        return self._found


@pytest.mark.parametrize("rendered", [True, False])
async def test_an_interview_that_nobody_joined_expires(world, rendered: bool) -> None:
    await world.create()
    if rendered:
        await world.render_prompts()
    world.clock.advance(7 * DAY_S - 1)
    assert await world.sweep() == 0
    world.clock.advance(1)
    assert await world.sweep() == 1
    assert await world.state() is State.EXPIRED
    assert (await world.published_names())[-1] == "InterviewExpired"


async def test_two_sweeps_at_once_expire_it_once(world) -> None:
    await world.create()
    world.clock.advance(7 * DAY_S)
    await asyncio.gather(world.sweep(), world.sweep())
    await world.sweep()
    assert await world.published_names() == ["InterviewExpired"]


async def test_an_answer_that_hangs_is_asked_for_again_and_then_done_without(world) -> None:
    await world.joined()
    first, second = world.answer(1), world.answer(2)
    await world.record(first, second)
    await world.give(*world.results_of(first), *world.results_of(second)[:2])
    await world.hang_up()

    world.clock.advance(120)
    await world.sweep()
    recorded = await world.published_of(published.AnswerRecorded)
    assert [event.answer.answer_id for event in recorded] == ["an_1", "an_2", "an_2"]
    assert await world.sweep() == 0

    world.clock.advance(120)
    await world.sweep()
    (ready,) = await world.published_of(published.InterviewReady)
    bundle = common.InterviewBundle.FromString(await world.objects.get(ready.bundle.key))
    assert list(bundle.answers[1].missing_stages) == ["assessment"]
    await world.judge(VerdictStage.SCORE, SCORE)
    await world.judge(VerdictStage.ASSESSMENT, common.InterviewAssessment())
    (completed,) = await world.published_of(published.InterviewCompleted)
    assert completed.status == published.VERDICT_STATUS_PARTIAL
    assert list(completed.missing_stages) == ["assessment"]


async def test_a_result_after_the_second_asking_joins(world) -> None:
    await world.joined()
    answer = world.answer(1)
    await world.record(answer)
    await world.hang_up()
    world.clock.advance(120)
    await world.sweep()
    await world.give(*world.results_of(answer))
    assert await world.published_of(published.InterviewReady)


async def test_an_assessment_that_hangs_is_done_without(world) -> None:
    await world.joined()
    answer = world.answer(1)
    await world.record(answer)
    await world.give(*world.results_of(answer))
    await world.hang_up()
    await world.judge(VerdictStage.SCORE, SCORE)
    world.clock.advance(120)
    await world.sweep()
    assert len(await world.published_of(published.InterviewReady)) == 2
    world.clock.advance(120)
    await world.sweep()
    (completed,) = await world.published_of(published.InterviewCompleted)
    assert completed.status == published.VERDICT_STATUS_PARTIAL
    assert not completed.HasField("assessment")


async def test_without_a_score_there_is_no_result(world) -> None:
    await world.joined()
    answer = world.answer(1)
    await world.record(answer)
    await world.give(*world.results_of(answer))
    await world.hang_up()
    for _ in range(2):
        world.clock.advance(120)
        await world.sweep()
    assert (await world.published_of(published.InterviewFailed))[0].code == "scoring_failed"


async def test_a_conversation_that_goes_on_is_left_alone(world) -> None:
    await world.joined()
    for _ in range(20):
        world.clock.advance(25)
        async with world.database.unit_of_work() as uow:
            assert await world.parts.lifecycle.alive(uow, "iv_test", 1, world.clock.now())
        assert await world.sweep() == 0


async def test_a_conversation_that_went_silent_is_ended_by_who_knows_it(world) -> None:
    await world.joined()
    conducted = Conducted(world, found=True)
    world.clock.advance(60)
    await world.sweep(conducted)
    assert conducted.asked == [("iv_test", 1, EndReason.DROPPED)]
    assert await world.state() is State.PROCESSING


@pytest.mark.parametrize("known", [True, False])
async def test_a_conversation_of_which_nothing_is_stored_is_ended_here(world, known: bool) -> None:
    await world.joined()
    conducted = Conducted(world, found=False) if known else None
    world.clock.advance(60)
    await world.sweep(conducted)
    (failed,) = await world.published_of(published.InterviewFailed)
    assert failed.code == "no_answers"


async def test_the_total_limit_holds_even_if_somebody_is_there(world) -> None:
    await world.joined()
    world.clock.advance(599)
    async with world.database.unit_of_work() as uow:
        await world.parts.lifecycle.alive(uow, "iv_test", 1, world.clock.now())
    world.clock.advance(121)
    conducted = Conducted(world, found=True)
    await world.sweep(conducted)
    assert conducted.asked == [("iv_test", 1, EndReason.TOTAL_LIMIT)]


async def test_a_cancelled_conversation_that_nobody_ends_is_ended(world) -> None:
    await world.joined()
    async with world.database.unit_of_work() as uow:
        await world.parts.commands.cancel(uow, "iv_test", "position filled")
    async with world.database.unit_of_work() as uow:
        assert not await world.parts.lifecycle.alive(uow, "iv_test", 1, world.clock.now())
    world.clock.advance(10)
    await world.sweep()
    (cancelled,) = await world.published_of(published.InterviewCancelled)
    assert cancelled.reason == "position filled"


async def test_who_conducts_learns_that_a_sweep_ended_it(world) -> None:
    await world.joined()
    world.clock.advance(60)
    await world.sweep()
    with pytest.raises(DomainError) as caught:
        await world.record(world.answer(1))
    assert caught.value.code == "interview_over"


async def test_an_interview_that_cannot_be_moved_on_is_put_off(world) -> None:
    class Broken:
        async def end(self, interview_id: str, attempt: int, reason: EndReason) -> bool:
            raise RuntimeError("a bug")

    await world.joined()
    world.clock.advance(60)
    assert await world.sweep(Broken()) == 1
    assert await world.sweep(Broken()) == 0
    world.clock.advance(60)
    assert await world.sweep() == 1
    assert await world.state() is State.FAILED
