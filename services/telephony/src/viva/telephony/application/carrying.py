"""One call from its order to its end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta

from viva.edge.connection import NORMAL, OVER, REPLACED, Connection
from viva.edge.limits import EdgeLimits
from viva.edge.messages import Attach
from viva.edge.ports import (
    InterviewOverError,
    LiveConnections,
    SessionDialler,
    SessionLostError,
)
from viva.edge.uplink import Admitted
from viva.platform.clock import Clock
from viva.platform.errors import BackpressureError, TransientError
from viva.platform.log import get_logger
from viva.telephony.application.desk import NumberBook
from viva.telephony.application.dialler import HOLD
from viva.telephony.application.ear import Ear
from viva.telephony.application.phone_client import PhoneClient
from viva.telephony.application.ports import CallLeg, DialOrder, NotAnsweredError
from viva.telephony.application.report import CallReport
from viva.telephony.application.screening import ScreeningRules, Taker, screen
from viva.telephony.application.slots import Line, Slot
from viva.telephony.application.store import CallStore, Due, OpenUnit
from viva.telephony.domain.call_events import Failure
from viva.telephony.domain.calls import Call, CallPlan, HangUp, NotAnswered
from viva.telephony.domain.errors import CallStateError, TelephonyError
from viva.telephony.domain.retries import Retries

_HOLD_EVERY_S = 5.0
_LAST_WORDS_S = 2.0
_FULL = timedelta(seconds=5)
_ASKED_S = 600.0

log = get_logger(__name__)


@dataclass(frozen=True)
class Conversing:
    """What connects a leg with the session that conducts its interview."""

    dialler: SessionDialler
    metrics: LiveConnections
    next_number: Callable[[], int]
    limits: EdgeLimits


@dataclass(frozen=True)
class Calling:
    """What all calls of a process share.

    Attributes:
        ring_s: then nobody answers.
        wake: called when a call may be due.
    """

    open_unit: OpenUnit
    store: CallStore
    numbers: NumberBook
    clock: Clock
    retries: Retries
    screening: ScreeningRules
    conversing: Conversing
    report: CallReport
    ring_s: float
    wake: Callable[[], None]


class CallCarrier:
    """Carries calls; each by one task, nothing is shared between two of them."""

    def __init__(self, calling: Calling) -> None:
        self._calling = calling

    async def carry(self, due: Due, line: Line, slot: Slot) -> None:
        """Dials, waits for a person, and has the interview conducted."""
        call, plan, calling = due.call, due.plan, self._calling
        try:
            number = calling.numbers.open(plan)
        except TelephonyError as error:
            code, detail = error.code, error.detail
            await self._change(call, lambda c: c.fail(Failure.NUMBER, detail), code)
            return
        async with self._holding(call):
            if not await self._has_room(call):
                return
            await line.pace()
            order = DialOrder(
                call.call_id, number, line.caller, calling.ring_s, plan.longest.total_seconds()
            )
            leg = await self._order(order, call, plan, line)
        if leg is not None:
            await self.converse(leg, call, plan, slot, screening=True)

    async def settle_doubt(self, due: Due, line: Line) -> None:
        """Asks the trunk what became of an order, before it is given again."""
        calling = self._calling
        number = calling.numbers.open(due.plan)
        order = DialOrder(due.call.call_id, number, line.caller)
        under_way = await line.trunk.is_under_way(order, since_s=_ASKED_S)

        def settle(call: Call) -> None:
            call.settle_doubt(calling.clock.now(), calling.retries, under_way=under_way)

        await self._change(due.call, settle, "" if under_way else "lost")

    async def converse(
        self,
        leg: CallLeg,
        call: Call,
        plan: CallPlan,
        slot: Slot,
        *,
        screening: bool,
        inbound: bool = False,
    ) -> None:
        """Has the interview conducted over an answered leg, and stores how it ended."""
        calling = self._calling
        drops: list[asyncio.Task[None]] = []

        def gone(reason: HangUp) -> None:
            slot.release()
            drop = self._dropped(call, plan, reason, begun=client.attached)
            drops.append(asyncio.create_task(drop))

        async with self._holding(call), Ear(leg) as ear:
            client = PhoneClient(leg, ear, gone)
            events = asyncio.create_task(client.follow_events(), name="leg-events")
            try:
                taker = (
                    await screen(ear, client.machine, calling.screening)
                    if screening
                    else Taker.PERSON
                )
                if taker is Taker.PERSON:
                    now = calling.clock.now()
                    await self._change(call, lambda c: c.answer(now, now + HOLD, inbound=inbound))
                    await self._bridge(client, call, plan)
                elif taker is Taker.MACHINE:
                    client.over.set()
                    await self._missed(call, plan, NotAnswered.VOICEMAIL, "")
            finally:
                await leg.hang_up()
                await asyncio.wait([events], timeout=_LAST_WORDS_S)
                events.cancel()
                await asyncio.gather(events, *drops, return_exceptions=True)
                calling.report.over(leg.counters(), client.ended)

    async def _bridge(self, client: PhoneClient, call: Call, plan: CallPlan) -> None:
        """Relays between the leg and the session until the session needs this leg no more."""
        conversing = self._calling.conversing
        number = conversing.next_number()
        admitted = Admitted(call.interview_id, call.attempt, number, channel="phone")
        attach = Attach(credential="", fresh=True, position=0)
        connection = Connection(
            admitted, attach, client, conversing.dialler, conversing.limits, conversing.metrics
        )
        talk = asyncio.create_task(client.talk(), name="leg-talk")
        try:
            closing = await connection.run()
        finally:
            talk.cancel()
            await asyncio.gather(talk, return_exceptions=True)
        reason = client.reason or closing.reason
        log.info("call_over", reason=reason)
        if client.ended not in (None, HangUp.OURS) or closing.code == REPLACED:
            return
        if closing.code in (NORMAL, OVER):
            now = self._calling.clock.now()
            await self._change(call, lambda c: c.end(now), reason)
        elif client.attached:
            # No session to go on with: hang up and call back.
            log.warning("call_without_session", reason=closing.reason)
            await self._dropped(call, plan, HangUp.OURS, begun=True)
        else:
            await self._missed(call, plan, NotAnswered.FAILED, "no session took the call")

    async def _has_room(self, call: Call) -> bool:
        """Whether a session takes the interview on: asked before anybody's phone rings."""
        try:
            if await self._calling.conversing.dialler.has_room(call.interview_id):
                return True
        except InterviewOverError:
            await self._change(call, lambda c: c.cancel(), "over")
            return False
        except SessionLostError:
            log.warning("session_unreachable")
        until = self._calling.clock.now() + _FULL
        await self._change(call, lambda c: c.release(until), "no_room")
        return False

    async def _order(
        self, order: DialOrder, call: Call, plan: CallPlan, line: Line
    ) -> CallLeg | None:
        """Gives the order and waits for an answer; stores it where there is none."""
        calling = self._calling
        try:
            leg = await line.trunk.dial(order)
            async with calling.open_unit() as uow:
                await calling.store.note_carrier(uow, call.call_id, leg.carrier_id)
        except NotAnsweredError as missed:
            await self._missed(call, plan, missed.why, missed.detail)
            return None
        except BackpressureError:
            until = calling.clock.now() + _FULL
            await self._change(call, lambda c: c.release(until), "full")
            return None
        except TransientError:
            until = calling.clock.now() + calling.retries.in_doubt
            await self._change(call, lambda c: c.put_off(until))
            return None
        try:
            await leg.answered()
        except NotAnsweredError as missed:
            await self._missed(call, plan, missed.why, missed.detail)
            return None
        except asyncio.CancelledError:
            await leg.hang_up()
            raise
        return leg

    async def _missed(self, call: Call, plan: CallPlan, why: NotAnswered, detail: str) -> None:
        calling = self._calling
        now = calling.clock.now()
        calling.report.missed(why)
        await self._change(
            call, lambda c: c.miss(why, detail, plan, calling.retries, now), why.value
        )

    async def _dropped(self, call: Call, plan: CallPlan, reason: HangUp, *, begun: bool) -> None:
        calling = self._calling
        now = calling.clock.now()
        await self._change(
            call, lambda c: c.drop(plan, calling.retries, now, begun=begun), reason.value
        )

    @contextlib.asynccontextmanager
    async def _holding(self, call: Call) -> AsyncIterator[None]:
        """Says in time that this process carries the call."""

        clock = self._calling.clock

        async def hold() -> None:
            while True:
                await asyncio.sleep(_HOLD_EVERY_S)
                with contextlib.suppress(TransientError):
                    await self._change(call, lambda c: c.hold(clock.now() + HOLD))

        holding = asyncio.create_task(hold(), name="call-hold")
        try:
            yield
        finally:
            holding.cancel()
            await asyncio.gather(holding, return_exceptions=True)

    async def _change(self, call: Call, change: Callable[[Call], None], outcome: str = "") -> None:
        """Changes the stored call, unless it has gone on without this one."""
        calling = self._calling
        async with calling.open_unit() as uow:
            if outcome:
                await calling.store.note_end(uow, call.call_id, outcome, calling.clock.now())
            stored = await calling.store.load(uow, call.interview_id, call.attempt)
            if stored is None or stored.call_id != call.call_id:
                return
            try:
                change(stored)
            except CallStateError as error:
                log.info("call_went_on", detail=error.detail)
                return
            await calling.store.save(uow, stored)
        calling.wake()
