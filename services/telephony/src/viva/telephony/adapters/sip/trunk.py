"""A SIP trunk: calls out and in, spread over worker processes."""

import asyncio
import itertools
from collections.abc import Callable
from functools import partial

from viva.platform.errors import BackpressureError, TransientError
from viva.platform.log import get_logger
from viva.telephony.adapters.sip import wire
from viva.telephony.adapters.sip.config import SipConfig
from viva.telephony.adapters.sip.inbound import SipInbound
from viva.telephony.adapters.sip.leg import SipLeg
from viva.telephony.adapters.sip.link import WorkerLink
from viva.telephony.adapters.sip.wire import Kind, Wired
from viva.telephony.application.ports import DialOrder, OnInbound

_log = get_logger(__name__)

Told = Callable[[str | None], None]


class _Worker:
    """A worker with the legs that it carries."""

    def __init__(self, config: SipConfig, received: Callable[["_Worker", Wired], None]) -> None:
        self.link = WorkerLink(config, partial(received, self), self.lose)
        self.legs: dict[int, SipLeg] = {}
        self.numbers: dict[int, str] = {}

    def busy(self) -> int:
        """Legs that are not over; those that are, are forgotten."""
        for number in [number for number, leg in self.legs.items() if leg.over]:
            del self.legs[number]
            self.numbers.pop(number, None)
        return len(self.legs)

    def lose(self) -> None:
        """The process is gone, and every leg with it."""
        for leg in list(self.legs.values()):
            leg.lost()
        self.legs.clear()
        self.numbers.clear()


class SipTrunk:
    """Implements the port `Trunk`.

    Args:
        workers: processes; each carries `config.calls` at most.
        told: of the registration: None when it stands, else why not.
    """

    kind = "sip"

    def __init__(self, config: SipConfig, workers: int = 1, told: Told = lambda _: None) -> None:
        self._config = config
        self._count = workers
        self._told = told
        self._workers: list[_Worker] = []
        self._numbers = itertools.count(1)
        self._handler: OnInbound | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        """From the settings."""
        return self._config.name

    @property
    def worker_pids(self) -> list[int]:
        """Of the workers that run."""
        return [worker.link.pid for worker in self._workers if worker.link.pid is not None]

    @property
    def listens(self) -> list[str]:
        """Address and port of signalling, one for each worker."""
        configs = [self._config.for_worker(index, self._count) for index in range(self._count)]
        return [config.listen for config in configs]

    async def start(self) -> None:
        """Starts the workers.

        Raises:
            TransientError: one does not start; the reason is told.
        """
        for index in range(self._count):
            config = self._config.for_worker(index, self._count)
            worker = _Worker(config, self._received)
            self._workers.append(worker)
            await worker.link.start()

    async def stop(self) -> None:
        """Ends all legs and the workers."""
        await asyncio.gather(*(worker.link.stop() for worker in self._workers))
        for worker in self._workers:
            worker.lose()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._workers.clear()

    async def dial(self, order: DialOrder) -> SipLeg:
        """Orders a call at the worker with the fewest.

        Raises:
            TransientError: no worker runs at the moment.
            BackpressureError: all are full.
        """
        ready = [worker for worker in self._workers if worker.link.ready]
        if not ready:
            raise TransientError(f"trunk {self.name}: no SIP worker runs")
        worker = min(ready, key=_Worker.busy)
        if worker.busy() >= self._config.calls:
            raise BackpressureError(f"trunk {self.name} carries all the calls it can")
        number = next(self._numbers)
        leg = self._begin(worker, number, order.call_id, order.limit_s)
        worker.numbers[number] = order.number.e164
        worker.link.send(
            wire.packed_json(
                Kind.DIAL,
                number,
                number=order.number.e164,
                caller=order.caller.e164,
                ring_s=order.ring_s,
            )
        )
        return leg

    async def is_under_way(self, order: DialOrder, since_s: float) -> bool:
        """Calls do not outlive this process, so what it does not carry is not under way."""
        del since_s
        for worker in self._workers:
            worker.busy()
        return any(order.number.e164 in worker.numbers.values() for worker in self._workers)

    def on_inbound(self, handler: OnInbound) -> None:
        """Says who takes calls that come in."""
        self._handler = handler

    def _begin(self, worker: _Worker, number: int, call_id: str, limit_s: float) -> SipLeg:
        leg = SipLeg(number, call_id, limit_s, worker.link.send)
        worker.legs[number] = leg
        return leg

    def _received(self, worker: _Worker, message: Wired) -> None:
        if message.kind is Kind.INCOMING:
            self._ring(worker, message)
        elif message.kind is Kind.REGISTRATION:
            self._registration(message.json()["failure"])
        elif (leg := worker.legs.get(message.leg)) is not None:
            leg.received(message)

    def _ring(self, worker: _Worker, message: Wired) -> None:
        fields = message.json()
        begin = partial(self._begin, worker)
        call = SipInbound(message.leg, fields["caller"], fields["called"], begin, worker.link.send)
        handler = self._handler
        task = asyncio.create_task(self._take(handler, call) if handler else call.reject(busy=True))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _take(self, handler: OnInbound, call: SipInbound) -> None:
        try:
            await handler(call)
        except Exception:
            _log.exception("inbound_call_failed", trunk=self.name)
            await call.reject()

    def _registration(self, failure: str) -> None:
        self._told(failure or None)
        if failure:
            _log.warning("sip_registration_failed", trunk=self.name, reason=failure)
        else:
            _log.info("sip_registered", trunk=self.name)
