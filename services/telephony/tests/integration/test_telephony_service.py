"""The running service without a trunk: it says so, to events and to gRPC."""

from collections.abc import AsyncIterator

import grpc
import pytest_asyncio

from viva.contracts.session.events.v1.events_pb2 import CallRequested
from viva.contracts.telephony.events.v1 import events_pb2 as events
from viva.contracts.telephony.v1.telephony_pb2 import GetCapacityRequest
from viva.contracts.telephony.v1.telephony_pb2_grpc import TelephonyServiceStub
from viva.platform.service import Runtime
from viva.platform.settings import PlatformSettings
from viva.telephony.service import service
from viva.telephony.settings import TelephonySettings
from viva.testkit.events import Events


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
