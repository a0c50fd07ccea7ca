"""Prompts are rendered before the candidate may join, once for all who say the same words."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from viva.audio.wav import read_wav
from viva.contracts.session.events.v1 import events_pb2 as published
from viva.contracts.session.v1 import simulation_pb2 as simulation
from viva.platform.errors import InvalidError, TransientError
from viva.session.adapters.tables import jobs
from viva.session.application.lifecycle_ports import Job
from viva.session.domain.lifecycle import State
from viva.session.entrypoints.grpc_simulation import SimulationServicer


async def test_every_prompt_of_the_script_is_rendered_and_stored(world) -> None:
    await world.create()
    assert await world.state() is State.CREATED
    await world.render_prompts()

    brief = await world.parts.lifecycle.load_plan("iv_test")
    assert brief.state is State.READY
    assert {"greeting", "question:q1", "question:w", "closing"} <= set(brief.prompts)
    assert brief.prompts["question:q1"].text == "Question 1?"
    audio = brief.prompts["question:q1"]
    wav = await world.objects.get(audio.object_key, audio.sha256)
    assert len(wav) == audio.size_bytes
    assert len(read_wav(wav)) == audio.samples == 160
    (event,) = await world.published_of(published.PromptsReady)
    assert event.prompt_count == len(brief.prompts)


async def test_a_second_interview_with_the_same_script_is_ready_at_once(world) -> None:
    await world.create()
    await world.render_prompts()
    spoken = list(world.voice.spoken)
    await world.create(world.spec("iv_other"))
    assert await world.state("iv_other") is State.READY
    assert world.voice.spoken == spoken
    assert await world.published_names("iv_other") == ["PromptsReady"]


async def test_another_voice_is_rendered_anew(world) -> None:
    await world.create()
    await world.render_prompts()
    once = len(world.voice.spoken)
    await world.create(world.spec("iv_other", voice="bf_emma"))
    await world.render_prompts()
    assert len(world.voice.spoken) == 2 * once


async def test_what_a_simulated_candidate_says_is_rendered_once(world) -> None:
    servicer = SimulationServicer(world.parts.prompts)
    asked = simulation.RenderAnswerRequest(text="I listened first.", voice="am_michael")
    first = await servicer.RenderAnswer(asked, None)
    assert (await servicer.RenderAnswer(asked, None)).audio == first.audio
    assert len(world.voice.spoken) == 1
    wav = await world.objects.get(first.audio.key, first.audio.sha256)
    assert len(wav) == first.audio.size_bytes
    with pytest.raises(InvalidError):
        await servicer.RenderAnswer(simulation.RenderAnswerRequest(text="No voice"), None)


async def test_the_same_words_are_rendered_once_for_all_who_wait_for_them(world) -> None:
    rendered = world.parts.prompts.rendered
    first, second = await asyncio.gather(rendered("Hello.", "v"), rendered("Hello.", "v"))
    assert first == second
    assert world.voice.spoken.count("Hello.") == 1


async def test_creation_delivered_twice_is_one_interview(world) -> None:
    await world.create()
    await world.create()
    await world.render_prompts()
    assert await world.published_names() == ["PromptsReady"]


async def test_what_a_dead_replica_held_is_taken_up_when_its_claim_runs_out(world) -> None:
    await world.create()
    hold = world.parts.prompts
    async with world.database.unit_of_work() as uow:
        job = await world.stores.jobs.claim(
            uow, Job.PROMPTS, world.clock.now(), hold=timedelta(seconds=60)
        )
    assert job is not None
    await hold._render(job, "Question 1?", "af_heart")  # and then it dies
    await world.render_prompts()
    assert await world.state() is State.CREATED
    world.clock.advance(61)
    await world.render_prompts()
    assert await world.state() is State.READY
    assert world.voice.spoken.count("Question 1?") == 1


async def test_a_voice_that_nobody_has_fails_the_interview(world) -> None:
    await world.create(world.spec(voice="nobody"))
    await world.render_prompts()
    (failed,) = await world.published_of(published.InterviewFailed)
    assert failed.code == "prompts_failed"
    assert await _job_count(world) == 0


async def test_a_language_without_phrases_fails_the_interview(world) -> None:
    spec = world.spec()
    spec.persona.language = "tlh"
    await world.create(spec)
    (failed,) = await world.published_of(published.InterviewFailed)
    assert failed.code == "language_unsupported"


async def test_a_model_that_is_away_is_waited_for(world, monkeypatch) -> None:
    async def away(text: str, voice: str) -> bytes:
        raise TransientError("no model", code="model_missing")

    with monkeypatch.context() as patch:
        patch.setattr(world.voice, "speak", away)
        await world.create()
        await world.render_prompts()
        assert await world.state() is State.CREATED
    world.clock.advance(2)
    await world.render_prompts()
    assert await world.state() is State.READY


async def test_an_interview_that_was_called_off_is_not_rendered(world) -> None:
    await world.create()
    async with world.database.unit_of_work() as uow:
        await world.parts.commands.cancel(uow, "iv_test", "")
    await world.render_prompts()
    assert world.voice.spoken == []
    assert await _job_count(world) == 0


async def test_a_stored_job_wakes_whoever_works_on_its_kind(world) -> None:
    woken = asyncio.Event()
    connected = asyncio.Event()

    def look(interview_id: str) -> None:
        (woken if interview_id == "iv_test" else connected).set()

    world.stores.wakeups.on(Job.PROMPTS, look)
    listening = asyncio.create_task(world.stores.wakeups.run())
    try:
        async with asyncio.timeout(10):
            await connected.wait()
            await world.create()
            await woken.wait()
    finally:
        listening.cancel()
        await asyncio.wait([listening])


async def _job_count(world) -> int:
    async with world.database.unit_of_work() as uow:
        return (await uow.session.execute(select(func.count()).select_from(jobs))).scalar_one()
