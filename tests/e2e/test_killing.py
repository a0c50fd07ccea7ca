"""kill -9 of each service while interviews are in their processing phase."""

import asyncio
from collections.abc import Sequence

import pytest

from tests.e2e.interview import ORDER, book
from tests.e2e.scenarios import Outcome, Runs
from tests.e2e.world import World
from viva.testkit.api import Json
from viva.testkit.candidate.conduct import Conducted, attend, finish

LIVE_APART_S = 9.0
PROCESSING = {"processing"}
# These neither conduct nor carry conversations: they may die while others talk.
PIPELINE = ("asr", "diarization", "scoring", "fraud", "notification", "telephony")
CARRIERS = ("session", "gateway")


def substance(verdict: Json) -> Json:
    """What must be the same whatever died: every score, its reasons, the answers' measures."""
    answers = [
        {
            name: answer[name]
            for name in ("question_id", "words", "net_speech_ms", "scores", "missing_stages")
        }
        for answer in verdict["answers"]
    ]
    names = ("status", "overall_score", "competencies", "language", "fraud_signals", "confidence")
    return {name: verdict[name] for name in names} | {"answers": answers}


async def conducted_until_processing(world: World, delay_s: float) -> Conducted:
    await asyncio.sleep(delay_s)
    outcome = Conducted(await world.api.create_interview(**ORDER))
    await world.api.ready(outcome.id)
    await attend(outcome, world.voice, book())
    return outcome


async def kill(world: World, services: Sequence[str]) -> None:
    for service in services:
        pid = await asyncio.to_thread(world.stack.kill, service)
        await asyncio.to_thread(world.stack.wait_for_restart, service, pid)


async def check_once(world: World, conducted: Conducted) -> None:
    """One terminal event, one settlement, one webhook id."""
    terminal = [
        found
        for found in world.results.of(conducted.id)
        if found.attributes["ce_type"] != "interview.updated"
    ]
    assert [found.attributes["ce_type"] for found in terminal] == ["interview.completed"]
    ledger = await world.api.call(
        "GET", "/v1/credits/ledger", params={"interview_id": conducted.id}
    )
    assert sorted(entry["kind"] for entry in ledger["data"]) == ["reserve", "settle"]
    hooks = await world.webhooks(conducted.id, "interview.completed", 60)
    assert {hook.id for hook in hooks} == {terminal[0].attributes["ce_id"]}


@pytest.mark.disturbs
@pytest.mark.scenario("completed")
async def test_killing_a_stage_changes_nothing(
    outcome: Outcome, alone: World, subtests: pytest.Subtests
) -> None:
    world = alone

    async def one(index: int, service: str) -> Conducted:
        conducted = await conducted_until_processing(world, index * LIVE_APART_S)
        await world.api.wait_for(conducted.id, PROCESSING, 20)
        await kill(world, [service])
        await finish(conducted, world.api)
        return conducted

    ended = await asyncio.gather(*(one(at, service) for at, service in enumerate(PIPELINE)))
    for service, conducted in zip(PIPELINE, ended, strict=True):
        with subtests.test(service):
            assert substance(conducted.verdict) == substance(outcome.verdict)
            await check_once(world, conducted)


@pytest.mark.disturbs
@pytest.mark.scenario("completed")
async def test_killing_who_carries_the_interview_changes_nothing(
    outcome: Outcome, alone: World, runs: Runs
) -> None:
    world = alone
    conducted = await conducted_until_processing(world, 0)
    # Held in the middle, so that both die while it is processed.
    await asyncio.to_thread(world.stack.freeze, "scoring")
    try:
        await world.api.wait_for(conducted.id, PROCESSING, 20)
        await kill(world, CARRIERS)
    finally:
        await asyncio.to_thread(world.stack.thaw, "scoring")
    await finish(conducted, world.api)
    assert substance(conducted.verdict) == substance(outcome.verdict)
    await check_once(world, conducted)
