"""Candidates who call: known by their number, or by the code that they enter."""

import asyncio
from dataclasses import dataclass, field

from viva.platform.clock import Clock
from viva.platform.ids import Ids
from viva.platform.log import get_logger
from viva.telephony.application.carrying import CallCarrier
from viva.telephony.application.desk import NumberBook
from viva.telephony.application.dialler import HOLD
from viva.telephony.application.ports import (
    CallLeg,
    Digit,
    Ended,
    InboundCall,
    NotAnsweredError,
    OnInbound,
)
from viva.telephony.application.slots import Line, Slot
from viva.telephony.application.store import CallStore, OpenUnit, Try
from viva.telephony.application.voice_menu import VoiceMenu
from viva.telephony.domain.calls import Call, CallPlan
from viva.telephony.domain.errors import CallStateError

CODE_DIGITS = 8
_TRIES = 3
_ENTRY_S = 30.0
_LONGEST_S = 4 * 3600.0

log = get_logger(__name__)


@dataclass(eq=False)
class FrontDesk:
    """Takes inbound calls of all trunks. A wrong code costs a try; after three it hangs up."""

    open_unit: OpenUnit
    store: CallStore
    numbers: NumberBook
    carrier: CallCarrier
    menu: VoiceMenu
    clock: Clock
    ids: Ids
    _running: set["asyncio.Task[None]"] = field(default_factory=set)
    _draining: bool = False

    def taker(self, line: Line) -> OnInbound:
        """Who takes the calls of one trunk."""

        async def take(call: InboundCall) -> None:
            if self._draining or not line.free:
                await call.reject(busy=True)
                return
            task = asyncio.create_task(self._take(call, line), name="inbound-call")
            self._running.add(task)
            task.add_done_callback(self._running.discard)

        return take

    async def drain(self) -> None:
        """Takes nobody more and waits until the live calls are over."""
        self._draining = True
        if self._running:
            await asyncio.wait(self._running)

    async def stop(self) -> None:
        """Ends the calls that are left."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def start(self) -> None:
        """Nothing to do before the first call."""

    async def _take(self, inbound: InboundCall, line: Line) -> None:
        slot = line.take()
        call_id = self.ids.new("call")
        try:
            known = await self._known(inbound)
            leg = await inbound.accept(call_id, _LONGEST_S)
            await leg.answered()
            await self._serve(leg, call_id, line, slot, known)
        except NotAnsweredError:
            log.info("caller_gave_up")
        except Exception:
            log.exception("inbound_call_broke")
        finally:
            slot.release()

    async def _serve(
        self, leg: CallLeg, call_id: str, line: Line, slot: Slot, known: str | None
    ) -> None:
        try:
            interview_id = known or await self._ask_for_code(leg)
            found = await self._begin(interview_id, call_id, line) if interview_id else None
            if found is None:
                await self.menu.say(leg, "goodbye")
                return
            call, plan = found
            await self.carrier.converse(leg, call, plan, slot, screening=False, inbound=True)
        finally:
            await leg.hang_up()

    async def _known(self, inbound: InboundCall) -> str | None:
        """The one interview that is expected from this caller's number."""
        if inbound.caller is None:
            return None
        async with self.open_unit() as uow:
            for digest in self.numbers.digests(inbound.caller.e164):
                if found := await self.store.expected(uow, number=digest):
                    return found
        return None

    async def _ask_for_code(self, leg: CallLeg) -> str | None:
        for left in range(_TRIES, 0, -1):
            await self.menu.say(leg, "enter_code")
            code = await _entered(leg)
            if code is None:
                return None
            async with self.open_unit() as uow:
                for digest in self.numbers.digests(f"code:{code}"):
                    if found := await self.store.expected(uow, code=digest):
                        return found
            if left > 1:
                await self.menu.say(leg, "wrong_code")
        return None

    async def _begin(
        self, interview_id: str, call_id: str, line: Line
    ) -> tuple[Call, CallPlan] | None:
        """Takes the open call of the interview over; None where there is none to take."""
        now = self.clock.now()
        async with self.open_unit() as uow:
            plan = await self.store.plan(uow, interview_id)
            call = await self.store.open_attempt(uow, interview_id)
            if plan is None or call is None:
                return None
            try:
                call.take(call_id, line.trunk.name, now + HOLD)
            except CallStateError:
                return None
            await self.store.note_try(
                uow,
                Try(
                    call_id,
                    interview_id,
                    call.attempt,
                    call.made,
                    line.trunk.name,
                    inbound=True,
                    at=now,
                ),
            )
            await self.store.save(uow, call)
        return call, plan


async def _entered(leg: CallLeg) -> str | None:
    """The code that the caller keys in, ended by # or by its length; None where nothing comes."""
    digits = ""
    try:
        async with asyncio.timeout(_ENTRY_S):
            async for event in leg.events():
                match event:
                    case Ended():
                        return None
                    case Digit(digit="#") if digits:
                        return digits
                    case Digit(digit=digit) if digit.isdigit():
                        digits += digit
                        if len(digits) == CODE_DIGITS:
                            return digits
    except TimeoutError:
        return None
    return None
