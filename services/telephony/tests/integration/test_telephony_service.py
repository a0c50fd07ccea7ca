"""The running service without a trunk: it says so, to events and to gRPC."""

from collections.abc import AsyncIterator

import grpc
import pytest_asyncio
from sqlalchemy import text

from viva.contracts.common.v1.common_pb2 import CHANNEL_PHONE, InterviewSpec
from viva.contracts.gateway.events.v1.events_pb2 import (
    CallPlan,
    InterviewCreated,
    InterviewErasureRequested,
)
from viva.contracts.session.events.v1.events_pb2 import CallRequested
from viva.contracts.telephony.events.v1 import events_pb2 as events
from viva.contracts.telephony.v1.telephony_pb2 import GetCapacityRequest
from viva.contracts.telephony.v1.telephony_pb2_grpc import TelephonyServiceStub
from viva.platform.db import Database
from viva.platform.service import Runtime
from viva.platform.settings import PlatformSettings
from viva.telephony.service import service
from viva.telephony.settings import TelephonySettings
from viva.testkit.events import Events

TABLES = ("call_plans", "calls", "call_tries")


@pytest_asyncio.fixture
async def running(platform_settings: PlatformSettings) -> AsyncIterator[tuple[Events, int]]:
    runtime = Runtime(service, platform_settings, TelephonySettings(http_port=0, grpc_port=0))
    await runtime.start()
    async with Events(platform_settings) as sender:
        yield sender, runtime.grpc_server().port
    await runtime.stop()


async def test_without_a_trunk_a_call_fails_once_and_says_so(running: tuple[Events, int]) -> None:
    sender, port = running
    request = CallRequested(interview_id="iv_1", attempt=2)
    await sender.publish(request, "iv_1")
    await sender.publish(request, "iv_1")
    await sender.publish(CallRequested(interview_id="iv_1", attempt=3), "iv_1")
    first, second = await sender.expect(events.CallFailed, "iv_1", count=2)
    assert (first.failure, first.attempt) == (events.CALL_FAILURE_NO_TRUNK, 2)
    assert (second.failure, second.attempt) == (events.CALL_FAILURE_NO_TRUNK, 3)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        found = await TelephonyServiceStub(channel).GetCapacity(GetCapacityRequest(), timeout=5)
    assert not found.trunks


async def test_an_erased_interview_has_no_number_and_no_calls_left(
    running: tuple[Events, int], platform_settings: PlatformSettings
) -> None:
    sender, _ = running
    spec = InterviewSpec(interview_id="iv_9", channel=CHANNEL_PHONE)
    spec.expires_at.FromJsonString("2030-01-01T00:00:00Z")
    plan = CallPlan(sealed_number="", code_digest="c0de", outbound=False)
    await sender.publish(InterviewCreated(spec=spec, attempt=1, call=plan), "iv_9")
    await sender.publish(CallRequested(interview_id="iv_9", attempt=1), "iv_9")
    await sender.expect(events.CallFailed, "iv_9", count=1)
    database = Database(platform_settings.require("database_url"), "telephony")
    await database.start()
    try:
        assert await _rows(database) != dict.fromkeys(TABLES, 0)
        asked = InterviewErasureRequested(interview_id="iv_9", attempt=1)
        await sender.publish(asked, "iv_9")
        await sender.publish(asked, "iv_9")
        await sender.expect(events.InterviewErased, "iv_9", count=2)
        assert await _rows(database) == dict.fromkeys(TABLES, 0)
    finally:
        await database.stop()


async def _rows(database: Database) -> dict[str, int]:
    async with database.unit_of_work() as unit:
        return {
            name: (
                await unit.session.execute(
                    text(f"select count(*) from {name} where interview_id = 'iv_9'")
                )
            ).scalar_one()
            for name in TABLES
        }
