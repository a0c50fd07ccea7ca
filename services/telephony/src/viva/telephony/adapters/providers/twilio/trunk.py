"""A Twilio account as a trunk."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import quoteattr

from viva.platform.errors import BackpressureError, TransientError
from viva.platform.log import get_logger
from viva.telephony.adapters.providers.twilio.account import TwilioAccount
from viva.telephony.adapters.providers.twilio.inbound import REJECT, TwilioInboundCall
from viva.telephony.adapters.providers.twilio.leg import Send, TwilioLeg
from viva.telephony.adapters.providers.twilio.rest import LIVE, TwilioRest
from viva.telephony.application.ports import (
    CallLeg,
    DialOrder,
    OnInbound,
)
from viva.telephony.domain.calls import HangUp, NotAnswered

_MACHINES = ("machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other", "fax")
_MISSED = {
    "busy": NotAnswered.BUSY,
    "no-answer": NotAnswered.NO_ANSWER,
    "failed": NotAnswered.REJECTED,
    "canceled": NotAnswered.FAILED,
}
_LATE_S = 15.0
_ASK_EVERY_S = 5.0
_REMEMBER_S = 60.0

log = get_logger(__name__)

__all__ = ["TwilioAccount", "TwilioTrunk"]


@dataclass
class _Expected:
    """A call whose stream may come once, to an address that only this call knows."""

    leg: TwilioLeg
    streamed: bool = False


class TwilioTrunk:
    """Makes and takes calls. What Twilio posts comes by `webhooks`, verified there."""

    kind = "twilio"

    def __init__(self, name: str, account: TwilioAccount) -> None:
        self.name = name
        self.account = account
        self._rest: TwilioRest | None = None
        self._calls: dict[str, _Expected] = {}
        self._watching: set[asyncio.Task[None]] = set()
        self._on_inbound: OnInbound | None = None

    # A part, and a trunk.

    async def start(self) -> None:
        """Opens the client."""
        self._rest = TwilioRest(self.account)

    async def stop(self) -> None:
        """Ends all legs."""
        for key in list(self._calls):
            await self._calls[key].leg.hang_up()
        self._calls.clear()
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        if self._rest is not None:
            await self._rest.close()

    async def dial(self, order: DialOrder) -> CallLeg:
        """Orders a call."""
        key = secrets.token_urlsafe(24)
        form = {
            "To": order.number.e164,
            "From": order.caller.e164,
            "Twiml": self.connect(key),
            "StatusCallback": self.url(f"status/{key}"),
            "StatusCallbackEvent": ["ringing", "answered", "completed"],
            "Timeout": max(1, round(order.ring_s)),
            "TimeLimit": max(60, round(order.limit_s) + 5),
        }
        if self.account.machine_detection:
            form |= {
                "MachineDetection": "Enable",
                "AsyncAmd": "true",
                "AsyncAmdStatusCallback": self.url(f"machine/{key}"),
            }
        # Twilio may call back before it answers: the leg is known before it is ordered.
        leg = self._expect(key, order.limit_s)
        try:
            leg.carrier_id = await self._client.create(form)
        except BaseException:
            self._calls.pop(key, None)
            raise
        self._watch(leg, order.ring_s + _LATE_S)
        return leg

    async def is_under_way(self, order: DialOrder, since_s: float) -> bool:
        """Asks for live calls between the two numbers."""
        since = datetime.now(UTC) - timedelta(seconds=since_s)
        return bool(await self._client.live_calls(order.number.e164, order.caller.e164, since))

    def on_inbound(self, handler: OnInbound) -> None:
        """Says who takes calls that come in."""
        self._on_inbound = handler

    # What the webhooks need.

    def url(self, path: str, scheme: str = "") -> str:
        """The public address of a webhook, exactly as it is signed."""
        base = self.account.public_url
        if scheme:
            base = ("wss" if base.startswith("https") else "ws") + "://" + base.split("://", 1)[1]
        return f"{base}/twilio/{self.name}/{path}"

    def connect(self, key: str) -> str:
        """TwiML that connects a call with its stream."""
        address = quoteattr(self.url(f"stream/{key}", "ws"))
        return f"<Response><Connect><Stream url={address}/></Connect></Response>"

    def status(self, key: str, status: str) -> bool:
        """Twilio says what became of a call; False for calls that are not expected."""
        expected = self._calls.get(key)
        if expected is None:
            return False
        leg = expected.leg
        if why := _MISSED.get(status):
            leg.fail(why, f"twilio {status}")
            leg.end(HangUp.PERSON)
            self._calls.pop(key, None)
        elif status == "completed":
            leg.fail(NotAnswered.FAILED, "ended before its stream began")
            leg.end(HangUp.PERSON)
            self._calls.pop(key, None)
        return True

    def machine(self, key: str, answered_by: str) -> bool:
        """Twilio says who answered; False for calls that are not expected."""
        expected = self._calls.get(key)
        if expected is not None and answered_by in _MACHINES:
            expected.leg.machine()
        return expected is not None

    def may_stream(self, key: str) -> bool:
        """Whether a stream is expected there; True once for each call."""
        expected = self._calls.get(key)
        if expected is None or expected.streamed:
            return False
        expected.streamed = True
        return True

    async def abandon(self, key: str) -> None:
        """The stream that came is none: the call is over."""
        if expected := self._calls.pop(key, None):
            await expected.leg.hang_up()

    async def stream(
        self, key: str, stream_sid: str, send: Send, messages: AsyncIterator[str]
    ) -> None:
        """Carries a call's sound until it ends."""
        try:
            await self._calls[key].leg.stream(stream_sid, send, messages)
        finally:
            # Its last status may come after its stream, or never.
            asyncio.get_running_loop().call_later(_REMEMBER_S, self._calls.pop, key, None)

    async def ring(self, fields: Mapping[str, str]) -> str:
        """A call comes in; gives the TwiML that answers it."""
        if self._on_inbound is None:
            return REJECT
        inbound = TwilioInboundCall(fields, self.take)
        await self._on_inbound(inbound)
        return await inbound.decided()

    def take(self, sid: str, limit_s: float) -> tuple[TwilioLeg, str]:
        """Expects the stream of an inbound call; gives its leg and the TwiML for it."""
        key = secrets.token_urlsafe(24)
        leg = self._expect(key, limit_s, sid)
        self._watch(leg, _LATE_S)
        return leg, self.connect(key)

    def _expect(self, key: str, limit_s: float, sid: str = "") -> TwilioLeg:
        async def hang_up(sid: str, answered: bool) -> None:
            await self._client.hang_up(sid, answered=answered)

        leg = TwilioLeg(limit_s, hang_up, sid)
        self._calls[key] = _Expected(leg)
        return leg

    def _watch(self, leg: TwilioLeg, late_s: float) -> None:
        """Asks Twilio itself where a webhook is late by far."""

        async def ask() -> None:
            await asyncio.sleep(late_s)
            while not leg.settled:
                try:
                    status = await self._client.status(leg.carrier_id)
                except (TransientError, BackpressureError) as error:
                    log.warning("status_unknown", code=error.code)
                    status = ""
                if status and status not in LIVE[:3]:
                    leg.fail(_MISSED.get(status, NotAnswered.FAILED), f"twilio {status}, late")
                await asyncio.sleep(_ASK_EVERY_S)

        task = asyncio.create_task(ask(), name="twilio-watch")
        self._watching.add(task)
        task.add_done_callback(self._watching.discard)

    @property
    def _client(self) -> TwilioRest:
        assert self._rest is not None, "the trunk is not started"
        return self._rest
