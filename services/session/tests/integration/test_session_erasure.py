"""An interview is erased: every attempt, every object, every row that says something."""

import pytest

from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.session.events.v1 import events_pb2 as published
from viva.platform.errors import DomainError, TransientError
from viva.session.application.erasure import Erasure
from viva.session.application.lifecycle_ports import ClaimedJob, Job, VerdictStage
from viva.session.domain.lifecycle import State
from viva.session.domain.recording import Tracks

from .conftest import INTERVIEW, KeptTracks


def erasure(world, archive: KeptTracks) -> Erasure:
    return Erasure(
        open_unit=world.database.unit_of_work,
        objects=world.objects,
        interviews=world.stores.interviews,
        answers=world.stores.answers,
        jobs=world.stores.jobs,
        archive=archive,
    )


async def judged(world) -> None:
    await world.joined()
    await world.record(world.answer(1), world.answer(2))
    await world.hang_up()
    for number in (1, 2):
        await world.give(*world.results_of(world.answer(number)))
    await world.judge(VerdictStage.SCORE, common.InterviewScore(overall=71))
    await world.judge(VerdictStage.ASSESSMENT, common.InterviewAssessment())
    assert (await world.state()).terminal


async def ask(world) -> None:
    async with world.database.unit_of_work() as uow:
        await world.parts.commands.erase(uow, INTERVIEW, 1)


async def test_nothing_is_left_of_an_interview_and_all_of_another(world) -> None:
    await judged(world)
    for key in (f"candidate-audio/{INTERVIEW}/1/an_1/1.wav", f"voices/{INTERVIEW}/1/0/an_1/1.npz"):
        await world.objects.put(key, b"voice")
    other = "candidate-audio/iv_test2/1/an_1/1.wav"
    await world.objects.put(other, b"another's")
    archive = KeptTracks(Tracks((), ()))
    work = erasure(world, archive)
    for _ in range(2):
        await ask(world)
        await world.do_jobs(Job.ERASE, work.erase, work.give_up)
    for root in ("interviews", "candidate-audio", "voices"):
        assert not await world.objects.list(f"{root}/{INTERVIEW}/")
    assert await world.objects.get(other) == b"another's"
    stored = await world.stored()
    assert stored.interview.state is State.COMPLETED
    async with world.database.unit_of_work() as uow:
        assert await world.stores.answers.answers(uow, stored.interview) == []
        assert await world.stores.answers.results(uow, stored.interview) == []
    assert set(archive.forgotten) == {(INTERVIEW, 1)}
    told = await world.published_of(published.InterviewErased)
    assert {message.interview_id for message in told} == {INTERVIEW}


async def test_a_recording_under_way_is_waited_for(world) -> None:
    await judged(world)
    async with world.database.unit_of_work() as uow:
        await world.stores.jobs.add(uow, Job.RECORDING, INTERVIEW, 1)
    work = erasure(world, KeptTracks(Tracks((), ())))
    with pytest.raises(TransientError):
        await work.erase(ClaimedJob(Job.ERASE, INTERVIEW, 1, 1))
    await world.render_recording()
    await work.erase(ClaimedJob(Job.ERASE, INTERVIEW, 1, 2))
    assert not await world.objects.list(f"interviews/{INTERVIEW}/")


async def test_a_conversation_that_goes_on_is_not_erased(world) -> None:
    await world.joined()
    with pytest.raises(DomainError) as refused:
        await ask(world)
    assert refused.value.code == "interview_not_over"
