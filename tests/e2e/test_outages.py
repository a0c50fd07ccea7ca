"""A database or a broker that goes away for ten seconds in the middle of an interview."""

import asyncio

import httpx
import pytest

from tests.e2e.interview import ORDER, book
from tests.e2e.scenarios import Outcome
from tests.e2e.test_killing import check_once, substance
from tests.e2e.world import World
from viva.testkit.candidate.conduct import Conducted, attend, finish

AWAY_S = 10.0


async def interview_with_outage(world: World, what: str) -> Conducted:
    conducted = Conducted(await world.api.create_interview(**ORDER))
    await world.api.ready(conducted.id)
    talking = asyncio.create_task(attend(conducted, world.voice, book()), name="talking")
    await world.api.wait_for(conducted.id, {"in_progress"}, 60)
    await asyncio.to_thread(world.stack.freeze, what)
    try:
        if what == "database":
            await refused_clearly(world)
        await asyncio.sleep(AWAY_S)
    finally:
        await asyncio.to_thread(world.stack.thaw, what)
    await talking
    await finish(conducted, world.api)
    return conducted


async def refused_clearly(world: World) -> None:
    """An order meanwhile is answered in bounded time by an error that says to try again."""
    body = {"role": "x", "channel": "browser", **ORDER}
    async with httpx.AsyncClient(
        base_url=world.stack.url,
        headers={"Authorization": f"Bearer {world.stack.api_key}"},
        timeout=AWAY_S,
    ) as client:
        answer = await client.post("/v1/interviews", json=body)
    assert answer.status_code == 503
    assert answer.json()["code"]


@pytest.mark.disturbs
@pytest.mark.scenario("completed")
async def test_database_away_for_ten_seconds(outcome: Outcome, alone: World) -> None:
    conducted = await interview_with_outage(alone, "database")
    assert conducted.verdict["status"] == "completed"
    assert substance(conducted.verdict)["answers"] is not None
    await check_once(alone, conducted)


@pytest.mark.disturbs
@pytest.mark.scenario("completed")
async def test_broker_away_for_ten_seconds(outcome: Outcome, alone: World) -> None:
    conducted = await interview_with_outage(alone, "broker")
    assert substance(conducted.verdict) == substance(outcome.verdict)
    await check_once(alone, conducted)
