"""Something below the services goes away for ten seconds in the middle of an interview."""

import asyncio
from typing import Any

import httpx

from tests.e2e.interview import CUSTOMER, ORDER, book
from tests.e2e.world import World
from viva.testkit.candidate.conduct import Conducted, attend, finish

AWAY_S = 10.0


async def interview_with_outage(world: World, what: str) -> Conducted:
    """Conducts an interview; `what` freezes while its first scored answer is given."""
    conducted = Conducted(await world.api.create_interview(**ORDER))
    await world.api.ready(conducted.id)
    answering = asyncio.Event()
    talking = asyncio.create_task(
        attend(
            conducted,
            world.voice,
            book(),
            listen=lambda _who, text: answering.set() if text == CUSTOMER else None,
        )
    )
    await answering.wait()
    await asyncio.to_thread(world.stack.freeze, what)
    try:
        ordering = asyncio.create_task(_order(world))
        await asyncio.sleep(AWAY_S)
    finally:
        await asyncio.to_thread(world.stack.thaw, what)
    await _accepted_or_refused_clearly(world, await ordering)
    await talking
    await finish(conducted, world.api)
    return conducted


async def _order(world: World) -> httpx.Response:
    body: dict[str, Any] = {"role": "x", "channel": "browser", **ORDER, "expires_in_s": 60}
    return await world.api.request("POST", "/v1/interviews", json=body, timeout=3 * AWAY_S)


async def _accepted_or_refused_clearly(world: World, answer: httpx.Response) -> None:
    """An order meanwhile is late and whole, or refused with an error that says why."""
    if answer.status_code == httpx.codes.CREATED:
        assert (await world.api.ready(answer.json()["id"], 60))["status"] == "ready"
        return
    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE, answer.text
    assert answer.json()["code"]
    assert answer.json()["detail"]
