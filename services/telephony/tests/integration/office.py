"""Telephony with a loopback carrier on one side and a scripted session on the other."""

import asyncio
import base64
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.message import Message

from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.gateway.events.v1 import events_pb2 as gateway
from viva.contracts.session.events.v1 import events_pb2 as session
from viva.platform.sealing import Sealer
from viva.platform.service import Runtime
from viva.platform.settings import PlatformSettings
from viva.telephony.service import service
from viva.telephony.settings import TelephonySettings
from viva.testkit.events import Events
from viva.testkit.phone.carrier import ACCOUNT, TOKEN, LoopbackCarrier
from viva.testkit.phone.handset import Handset, ScriptedHandset
from viva.testkit.scripted_session import ScriptedSession, ScriptedStream, just_attach

CALLEE = "+4930555001"
TRUNK_NUMBER = "+4930555002"
KEY = bytes(range(32))
QUICK = {
    "grpc_port": 0,
    "ring_s": 1,
    "busy_s": 0.2,
    "no_answer_s": 0.2,
    "voicemail_s": 0.2,
    "rejected_s": 0.2,
    "failed_s": 0.2,
    "dropped_s": 0.2,
    "call_back_s": 0.2,
    "in_doubt_s": 0.3,
    "poll_s": 0.1,
    "drain_timeout_s": 1,
    # Carrier, session and telephony share one process: where it stands still, nobody has died.
    "session_silence_s": 10,
}


@dataclass
class Office:
    """A running telephony and all around it."""

    runtime: Runtime
    carrier: LoopbackCarrier
    events: Events
    sessions: ScriptedSession

    async def order(self, interview_id: str = "iv_1", number: str = CALLEE, **call: Any) -> None:
        """Orders an interview by phone, as gateway and session would."""
        sealer = Sealer((KEY,), "phone")
        plan = gateway.CallPlan(
            **{
                "sealed_number": sealer.seal(number, interview_id) if number else "",
                "call_back": True,
                "outbound": True,
                **call,
            }
        )
        spec = common.InterviewSpec(
            interview_id=interview_id,
            channel=common.CHANNEL_PHONE,
            limits=common.Limits(total_ms=600_000, grace_ms=30_000),
        )
        spec.expires_at.FromDatetime(datetime.now(UTC) + timedelta(days=1))
        created = gateway.InterviewCreated(spec=spec, attempt=1, call=plan)
        await self.events.publish(created, interview_id)
        wanted = session.CallRequested(interview_id=interview_id, attempt=1)
        await self.events.publish(wanted, interview_id)

    async def told(self, kind: type[Message], count: int = 1, interview_id: str = "iv_1") -> Any:
        """What telephony published."""
        return await self.events.expect(kind, interview_id, count=count)

    async def handset(self, number: int = 1) -> ScriptedHandset:
        """The handset of the so many-th call."""
        async with asyncio.timeout(60):
            handset = (await self.carrier.until(number)).handset
        assert isinstance(handset, ScriptedHandset)
        return handset

    def url(self, path: str) -> str:
        """A webhook of the trunk."""
        return f"http://127.0.0.1:{self.runtime.http_port}/twilio/main/{path}"


def digest_of(code: str) -> str:
    """As the gateway writes the code of an interview."""
    return Sealer((KEY,), "phone").digests(f"code:{code}")[0]


@asynccontextmanager
async def open_office(
    platform: PlatformSettings,
    talk: Callable[[ScriptedStream], Awaitable[None]] = just_attach,
    answer: Callable[[str], Handset] | None = None,
    **changed: Any,
) -> AsyncIterator[Office]:
    """Starts all of it."""
    async with LoopbackCarrier(answer) as carrier, ScriptedSession(talk) as sessions:
        port = _free_port()
        trunk = {
            "kind": "twilio",
            "name": "main",
            "caller": TRUNK_NUMBER,
            "account": ACCOUNT,
            "token": TOKEN,
            "api_url": carrier.url,
            "public_url": f"http://127.0.0.1:{port}",
            "calls_per_second": 50,
            "inbound": True,
            "slots": changed.pop("slots", 30),
        }
        own = TelephonySettings.model_validate(
            {**QUICK, "http_port": port, "trunks": [trunk], **changed}
        )
        keys = {"sealing_keys": base64.b64encode(KEY).decode()}
        around = platform.model_copy(
            update={
                "session_target": sessions.address,
                "sealing_keys": PlatformSettings.model_validate(keys).sealing_keys,
            }
        )
        runtime = Runtime(service, around, own)
        await runtime.start()
        try:
            async with Events(around) as events:
                yield Office(runtime, carrier, events, sessions)
        finally:
            await runtime.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
