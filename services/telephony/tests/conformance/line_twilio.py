"""The Twilio adapter with the loopback carrier behind it."""

import contextlib
from collections.abc import AsyncIterator

from starlette.routing import Router

from services.telephony.tests.conformance.far_end import Behaviour, Person
from viva.platform.clock import SystemClock
from viva.platform.health import Health
from viva.platform.http import HttpServer
from viva.telephony.adapters.providers.twilio.account import TwilioAccount
from viva.telephony.adapters.providers.twilio.trunk import TwilioTrunk
from viva.telephony.adapters.providers.twilio.webhooks import routes
from viva.testkit.phone.carrier import ACCOUNT, TOKEN, Fate, LoopbackCarrier
from viva.testkit.phone.handset import ScriptedHandset

NUMBER = "+4930555001"
FATES = {
    Behaviour.ANSWER: Fate.ANSWER,
    Behaviour.BUSY: Fate.BUSY,
    Behaviour.RING: Fate.RING,
    Behaviour.REJECT: Fate.REJECT,
}


class TwilioPerson:
    """The handset of one call, in the suite's words."""

    def __init__(self, handset: ScriptedHandset) -> None:
        self._handset = handset
        self.say = handset.say
        self.heard = handset.heard
        self.press = handset.press
        self.lose = handset.lose
        self.hang_up = handset.hang_up
        self.hung_up = handset.wait_hung_up


class TwilioLine:
    """A Line."""

    def __init__(self, trunk: TwilioTrunk, carrier: LoopbackCarrier) -> None:
        self.trunk = trunk
        self.carrier = carrier

    def next_call(self, behaviour: Behaviour) -> None:
        self.carrier.fates.setdefault(NUMBER, []).append(FATES[behaviour])

    async def person(self) -> Person:
        handset = self.carrier.calls[-1].handset
        assert isinstance(handset, ScriptedHandset)
        return TwilioPerson(handset)

    async def call_in(self) -> None:
        await self.carrier.call_in(NUMBER, "+4930555002", self.trunk.url("voice"))


@contextlib.asynccontextmanager
async def open_line() -> AsyncIterator[TwilioLine]:
    async with LoopbackCarrier() as carrier:
        health = Health("telephony", SystemClock())
        health.started = True
        server = HttpServer("127.0.0.1", 0, health)
        await server.start()
        account = TwilioAccount(
            ACCOUNT, TOKEN, f"http://127.0.0.1:{server.port}", carrier.url, machine_detection=False
        )
        trunk = TwilioTrunk("main", account)
        server.mount(Router(routes(trunk)))
        await trunk.start()
        try:
            yield TwilioLine(trunk, carrier)
        finally:
            await trunk.stop()
            await server.stop()
