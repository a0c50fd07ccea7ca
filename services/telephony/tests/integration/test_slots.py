"""A trunk carries as many calls as it has slots, and a service that ends waits for them."""

import asyncio

import grpc
import pytest

from services.telephony.tests.integration.office import Office, open_office
from services.telephony.tests.integration.test_phone_calls import picked_up, take_on
from viva.contracts.session.v1 import conversation_pb2 as pb
from viva.contracts.telephony.events.v1 import events_pb2 as events
from viva.contracts.telephony.v1.telephony_pb2 import GetCapacityRequest
from viva.contracts.telephony.v1.telephony_pb2_grpc import TelephonyServiceStub
from viva.platform.settings import PlatformSettings
from viva.testkit.phone.handset import ScriptedHandset

pytestmark = pytest.mark.real_time


async def capacity(office: Office) -> tuple[int, int]:
    """Slots of the trunk, and how many are taken."""
    address = f"127.0.0.1:{office.runtime.grpc_server().port}"
    async with grpc.aio.insecure_channel(address) as channel:
        found = await TelephonyServiceStub(channel).GetCapacity(GetCapacityRequest(), timeout=5)
    (trunk,) = found.trunks
    return trunk.slots, trunk.in_use


async def test_the_next_is_called_when_a_slot_is_free(platform_settings: PlatformSettings) -> None:
    carriers, before = [], []

    def answer(_number: str) -> ScriptedHandset:
        before.append([call.status for carrier in carriers for call in carrier.calls])
        return ScriptedHandset()

    async with open_office(platform_settings, take_on, answer, slots=1) as office:
        carriers.append(office.carrier)
        assert office.runtime.health.body()["occupied_percent"] == 0
        await office.order()
        _, first = await picked_up(office)
        await office.order("iv_2", number="+4930555009")
        assert await capacity(office) == (1, 1)
        assert office.runtime.health.body()["occupied_percent"] == 100
        first.say(end=pb.End(reason="finished"))
        _, second = await picked_up(office, 2)
        second.say(end=pb.End(reason="finished"))
        await office.told(events.CallEnded, interview_id="iv_2")
    assert before == [[], ["completed"]]


async def test_a_service_that_drains_dials_nobody_and_drops_no_call(
    platform_settings: PlatformSettings,
) -> None:
    async with open_office(platform_settings, take_on, drain_timeout_s=600) as office:
        await office.order()
        handset, stream = await picked_up(office)
        draining = asyncio.create_task(office.runtime.drain())
        await office.order("iv_2", number="+4930555009")
        await stream.until_heard("audio", len(stream.audio()) + 50)
        assert not draining.done()
        stream.say(end=pb.End(reason="finished"))
        await asyncio.wait_for(handset.wait_hung_up(), 60)
        await asyncio.wait_for(draining, 60)
        await office.told(events.CallEnded)
        assert len(office.carrier.calls) == 1
