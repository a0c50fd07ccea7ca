"""The running service without a trunk: it says so, to events and to gRPC."""

from collections.abc import AsyncIterator

import grpc
import pytest
import pytest_asyncio

from viva.contracts.session.events.v1.events_pb2 import CallRequested
from viva.contracts.telephony.events.v1 import events_pb2 as events
from viva.contracts.telephony.v1.telephony_pb2 import GetCapacityRequest
from viva.contracts.telephony.v1.telephony_pb2_grpc import TelephonyServiceStub
from viva.platform.messaging.topics import apply_topics
from viva.platform.service import Runtime
from viva.telephony.service import service
from viva.telephony.settings import TelephonySettings
from viva.testkit.events import Events
from viva.testkit.fixtures import RunningBroker, settings_for

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(
    embedded_broker: RunningBroker, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Events, int]]:
    platform = settings_for("postgresql://unused", embedded_broker, tmp_path_factory.mktemp("t"))
    await apply_topics(platform)
    runtime = Runtime(service, platform, TelephonySettings(http_port=0, grpc_port=0))
    await runtime.start()
    async with Events(platform) as sender:
        yield sender, runtime.grpc_server().port
    await runtime.stop()


async def test_a_call_fails_for_want_of_a_trunk(running: tuple[Events, int]) -> None:
    sender, _port = running
    request = CallRequested(interview_id="iv_1", attempt=2)
    await sender.publish(request, "iv_1")
    await sender.publish(request, "iv_1")
    first, second = await sender.expect(events.CallFailed, "iv_1", count=2)
    assert first == second
    assert (first.failure, first.attempt) == (events.CALL_FAILURE_NO_TRUNK, 2)


async def test_there_is_no_capacity(running: tuple[Events, int]) -> None:
    _sender, port = running
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        found = await TelephonyServiceStub(channel).GetCapacity(GetCapacityRequest(), timeout=5)
    assert not found.trunks
