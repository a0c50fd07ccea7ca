"""How far a telephone interview is, as customers see it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest_asyncio

from viva.contracts.session.events.v1 import events_pb2 as session
from viva.contracts.telephony.events.v1 import events_pb2 as events
from viva.gateway.entrypoints.schemas.documents.interviews import InterviewDocument
from viva.gateway.settings import GatewaySettings
from viva.platform.objects import Objects
from viva.testkit.clock import FakeClock

from .conftest import Customer, World, world_of


@pytest_asyncio.fixture
async def world(database_url: str, objects: Objects, clock: FakeClock) -> AsyncIterator[World]:
    """The gateway with a trunk behind it."""
    settings = GatewaySettings(phone_trunk_configured=True)
    async with world_of(database_url, objects, clock, settings) as made:
        yield made


async def progress(customer: Customer, interview_id: str) -> Any:
    document = await customer.read(interview_id)
    InterviewDocument.model_validate(document)
    return document["call"]["progress"]


def postponed(interview_id: str, call: int, failure: Any) -> events.CallPostponed:
    event = events.CallPostponed(interview_id=interview_id, attempt=1, call=call, failure=failure)
    event.next_call_at.FromDatetime(datetime(2026, 1, 2, 9, tzinfo=UTC))
    return event


async def test_calls_are_seen_while_they_are_made(world: World, customer: Customer) -> None:
    ordered = await customer.interview(channel="phone", candidate={"phone": "+4930123456"})
    interview_id = ordered["id"]
    nothing = {"state": "waiting", "calls": 0, "last_outcome": None, "next_call_at": None}
    assert await progress(customer, interview_id) == nothing
    busy = postponed(interview_id, 1, events.CALL_FAILURE_BUSY)
    await world.happens(busy)
    waiting = {
        "state": "waiting",
        "calls": 1,
        "last_outcome": "busy",
        "next_call_at": "2026-01-02T09:00:00.000Z",
    }
    assert await progress(customer, interview_id) == waiting
    answered = events.CallAnswered(interview_id=interview_id, attempt=1, call=2)
    await world.happens(answered)
    talking = nothing | {"state": "talking", "calls": 2, "last_outcome": "busy"}
    assert await progress(customer, interview_id) == talking
    # What is repeated, or comes late, changes nothing.
    for late in (busy, answered, events.CallAnswered(interview_id=interview_id, attempt=0)):
        await world.happens(late)
    assert await progress(customer, interview_id) == talking
    await world.happens(postponed(interview_id, 2, events.CALL_FAILURE_DROPPED))
    assert (await progress(customer, interview_id))["last_outcome"] == "dropped"
    await world.happens(events.CallAnswered(interview_id=interview_id, attempt=1, call=3))
    await world.happens(events.CallEnded(interview_id=interview_id, attempt=1))
    over = nothing | {"state": "over", "calls": 3, "last_outcome": "dropped"}
    assert await progress(customer, interview_id) == over


async def test_an_outcome_is_not_changed_by_late_news(world: World, customer: Customer) -> None:
    ordered = await customer.interview(channel="phone", candidate={"phone": "+4930123456"})
    interview_id = ordered["id"]
    await world.happens(postponed(interview_id, 1, events.CALL_FAILURE_VOICEMAIL))
    await world.happens(
        session.InterviewFailed(interview_id=interview_id, attempt=1, code="call_voicemail")
    )
    ((_, told),) = await world.published(interview_id)
    await world.happens(
        events.CallFailed(
            interview_id=interview_id, attempt=1, failure=events.CALL_FAILURE_VOICEMAIL
        )
    )
    assert await customer.read(interview_id) == told
