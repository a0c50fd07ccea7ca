"""Makes the calls that are due: as many as there are slots, each by its own task."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from viva.platform.clock import Clock
from viva.platform.db import UnitOfWork
from viva.platform.errors import VivaError
from viva.platform.ids import Ids
from viva.platform.log import get_logger
from viva.platform.telemetry import resumed
from viva.telephony.application.slots import Line, Slot, choose
from viva.telephony.application.store import CallStore, Due, OpenUnit, Try
from viva.telephony.domain.call_events import Failure
from viva.telephony.domain.calls import Call, CallState
from viva.telephony.domain.retries import Retries

HOLD = timedelta(seconds=15)

log = get_logger(__name__)


class Carrier(Protocol):
    """Makes calls; stores what becomes of them."""

    async def carry(self, due: Due, line: Line, slot: Slot) -> None:
        """Makes one call and stays until its interview needs it no more."""

    async def settle_doubt(self, due: Due, line: Line) -> None:
        """Asks the trunk what became of an order."""


class Dialler:
    """Claims due calls and has them carried."""

    def __init__(
        self,
        open_unit: OpenUnit,
        store: CallStore,
        lines: Sequence[Line],
        carrier: Carrier,
        clock: Clock,
        ids: Ids,
        retries: Retries,
        *,
        poll_s: float = 1.0,
    ) -> None:
        self._open_unit = open_unit
        self._store = store
        self._lines = lines
        self._carrier = carrier
        self._clock = clock
        self._ids = ids
        self._retries = retries
        self._poll_s = poll_s
        self._news = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._draining = False

    @property
    def live(self) -> int:
        """Calls under way."""
        return len(self._running)

    def wake(self) -> None:
        """Something may be due."""
        self._news.set()

    async def run(self) -> None:
        """Claims for ever; ends with its task."""
        try:
            while True:
                self._news.clear()
                try:
                    await self._recover()
                    claimed = await self._claim() if not self._draining else []
                except VivaError as error:
                    log.warning("dialling_put_off", code=error.code)
                    claimed = []
                for due, line in claimed:
                    self._spawn(due, line)
                if not claimed:
                    await self._rest()
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    async def drain(self) -> None:
        """Dials nobody more and waits until the live calls are over."""
        self._draining = True
        if self._running:
            await asyncio.wait(self._running)

    def _spawn(self, due: Due, line: Line) -> None:
        task = asyncio.create_task(self._carry(due, line), name="call")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _carry(self, due: Due, line: Line) -> None:
        slot = line.take()
        with resumed(due.traceparent):
            try:
                if due.call.in_doubt and due.call.state is CallState.WAITING:
                    await self._carrier.settle_doubt(due, line)
                else:
                    await self._carrier.carry(due, line, slot)
            except VivaError as error:
                log.warning("call_put_off", code=error.code)
            except Exception:
                # The hold runs out and the call is taken up again; one call never ends the others.
                log.exception("call_broke")
            finally:
                slot.release()
        self.wake()

    async def _claim(self) -> list[tuple[Due, Line]]:
        free = sum(line.free for line in self._lines)
        now = self._clock.now()
        claimed: list[tuple[Due, Line]] = []
        if not free:
            return claimed
        reserved: dict[Line, int] = {}
        async with self._open_unit() as uow:
            for due in await self._store.due(uow, now, free):
                line = self._line_for(due, reserved)
                if not self._settle(due, line, now) and line is not None:
                    reserved[line] = reserved.get(line, 0) + 1
                    if not due.call.in_doubt:
                        await self._intend(due, line, now, uow)
                    else:
                        due.call.put_off(now + HOLD)
                    claimed.append((due, line))
                await self._store.save(uow, due.call)
        return claimed

    def _settle(self, due: Due, line: Line | None, now: datetime) -> bool:
        """Decides what needs no call; True where it did."""
        call, plan = due.call, due.plan
        opens = plan.window.next_open(now) if plan.window else now
        if not any(plan.trunk in ("", line.trunk.name) for line in self._lines):
            call.fail(Failure.NO_TRUNK, "no such trunk is configured")
        elif not plan.outbound:
            call.due_at = None
        elif max(opens, now) >= plan.expires_at:
            call.fail(Failure.EXPIRED, "the calling window does not open before the expiry")
        elif opens > now:
            call.put_off(opens)
        elif line is None:
            call.put_off(now + timedelta(seconds=self._poll_s))
        else:
            return False
        return True

    def _line_for(self, due: Due, reserved: dict[Line, int]) -> Line | None:
        open_lines = [line for line in self._lines if line.free > reserved.get(line, 0)]
        return choose(open_lines, due.plan.trunk)

    async def _intend(self, due: Due, line: Line, now: datetime, uow: UnitOfWork) -> None:
        call = due.call
        call.dial(self._ids.new("call"), line.trunk.name, now + HOLD)
        await self._store.note_try(uow, _try(call, now))

    async def _recover(self) -> None:
        """Takes up calls whose carrier died."""
        now = self._clock.now()
        async with self._open_unit() as uow:
            for due in await self._store.lost(uow, now):
                log.warning("call_lost", state=due.call.state.value)
                await self._store.note_end(uow, due.call.call_id, "lost", now)
                due.call.lose(due.plan, self._retries, now)
                await self._store.save(uow, due.call)

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._poll_s):
                await self._news.wait()
        except TimeoutError:
            return


def _try(call: Call, now: datetime) -> Try:
    return Try(
        call.call_id, call.interview_id, call.attempt, call.made, call.trunk, inbound=False, at=now
    )
