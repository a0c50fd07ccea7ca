"""Carries out what the service says, and moves the sound of all legs every 10 ms."""

import asyncio
import contextlib
import signal
import socket
import time
from collections.abc import Coroutine
from typing import Any

from baresip import BaresipError, Call

from viva.telephony.adapters.sip import wire
from viva.telephony.adapters.sip.config import SipConfig
from viva.telephony.adapters.sip.wire import Kind, Wired
from viva.telephony.adapters.sip.worker import logs
from viva.telephony.adapters.sip.worker.guard import UnguardedError
from viva.telephony.adapters.sip.worker.leg import WorkerLeg
from viva.telephony.adapters.sip.worker.stack import Addresses, SipStack

_TICK_S = 0.010
_COUNT_EVERY_S = 1.0
_FAREWELL_S = 1.5
_UNREAD_BYTES = 32 * 1024 * 1024
"""So much that the service has not read means that it hangs: calls are better ended than mute."""


async def serve(connection: socket.socket) -> None:
    """Serves one trunk until the other end of the socket closes or says stop."""
    # Ctrl-C reaches the whole group; the service decides when its worker ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logs.configure()
    reader, writer = await asyncio.open_connection(sock=connection)
    first = await wire.read(reader)
    if first is None or first.kind is not Kind.CONFIGURE:
        return
    worker = _Worker(SipConfig.of(first.json()), writer)
    try:
        await worker.start()
    except (UnguardedError, BaresipError, OSError) as error:
        worker.send(wire.packed_json(Kind.BROKEN, reason=logs.mask(str(error))))
        await _drained(writer)
        return
    try:
        await worker.obey(reader)
    finally:
        await worker.close()
        await _drained(writer)


class _Worker:
    def __init__(self, config: SipConfig, writer: asyncio.StreamWriter) -> None:
        self._config = config
        self._writer = writer
        self._stack = SipStack(config)
        self._legs: dict[int, WorkerLeg] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._next_inbound = wire.FIRST_INBOUND
        self._dead = asyncio.Event()
        self._nobody_left = asyncio.Event()
        self._outbox = bytearray()

    async def start(self) -> None:
        await self._stack.start(self._incoming, self._dead.set)
        self._spawn(self._tick_for_ever())
        self._spawn(self._stack.stay_registered(self._registration))
        self.send(wire.packed(Kind.READY))

    def send(self, message: bytes) -> None:
        """Messages of one tick go out together."""
        if not self._outbox:
            asyncio.get_running_loop().call_soon(self._flush)
        self._outbox += message

    async def obey(self, reader: asyncio.StreamReader) -> None:
        """Returns when the service stops us or is gone, or the stack died."""
        died = asyncio.create_task(self._dead.wait())
        while True:
            reading = asyncio.create_task(wire.read(reader))
            await asyncio.wait({reading, died}, return_when=asyncio.FIRST_COMPLETED)
            if died.done():
                reading.cancel()
                return
            message = reading.result()
            if message is None or message.kind is Kind.STOP:
                died.cancel()
                return
            self._handle(message)

    async def close(self) -> None:
        """Says goodbye on every leg, then lets the stack go."""
        if not self._dead.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_FAREWELL_S):
                    await asyncio.gather(*(leg.hang_up() for leg in self._legs.values()))
                    await self._nobody_left.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._stack.close()

    def _handle(self, message: Wired) -> None:
        if message.kind is Kind.DIAL:
            self._spawn(self._dial(message.leg, message.json()))
            return
        leg = self._legs.get(message.leg)
        if leg is None:
            self._miss(message)
            return
        match message.kind:
            case Kind.PLAY:
                leg.play(message.payload)
            case Kind.FLUSH:
                leg.flush(time.monotonic())
            case Kind.ANSWER:
                self._spawn(leg.answer())
            case Kind.REJECT:
                self._spawn(leg.reject())
            case Kind.HANG_UP:
                self._spawn(leg.hang_up())

    def _miss(self, message: Wired) -> None:
        """The call was over before the service knew: it waits for an answer all the same."""
        if message.kind is Kind.FLUSH:
            self.send(wire.packed_numbers(Kind.FLUSHED, message.leg, 0))
        elif message.kind is Kind.ANSWER:
            self._refuse(message.leg, "gone")

    def _refuse(self, leg: int, reason: str) -> None:
        self.send(wire.packed_json(Kind.REFUSED, leg, status=None, reason=reason, timed_out=False))

    async def _dial(self, number: int, order: dict[str, Any]) -> None:
        try:
            call = await self._stack.dial(order["number"], order["caller"])
        except (BaresipError, ValueError) as error:
            self._refuse(number, type(error).__name__)
            return
        leg = WorkerLeg(number, call, self._config.codecs, self.send)
        self._legs[number] = leg
        self._stack.listen(call, leg.told)
        await leg.until_answered(order["ring_s"])

    def _incoming(self, call: Call, addresses: Addresses) -> None:
        number, self._next_inbound = self._next_inbound, self._next_inbound + 1
        leg = WorkerLeg(number, call, self._config.codecs, self.send)
        self._legs[number] = leg
        self._stack.listen(call, leg.told)
        caller, called = addresses
        self.send(wire.packed_json(Kind.INCOMING, number, caller=caller, called=called))

    def _registration(self, failure: str) -> None:
        self.send(wire.packed_json(Kind.REGISTRATION, failure=failure))

    async def _tick_for_ever(self) -> None:
        next_s = counted_s = time.monotonic()
        while True:
            now_s = time.monotonic()
            for leg in list(self._legs.values()):
                leg.tick(now_s)
                if leg.over:
                    del self._legs[leg.number]
            if self._legs:
                self._nobody_left.clear()
            else:
                self._nobody_left.set()
            if now_s - counted_s >= _COUNT_EVERY_S:
                counted_s = now_s
                self._check_service()
                self.send(wire.packed(Kind.ALIVE))
                for leg in self._legs.values():
                    leg.count()
            next_s = max(next_s + _TICK_S, now_s)
            await asyncio.sleep(next_s - time.monotonic())

    def _check_service(self) -> None:
        if self._writer.transport.get_write_buffer_size() > _UNREAD_BYTES:
            self._dead.set()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            # Nothing here may fail unseen: the service starts a fresh worker.
            logs.report(task.exception())
            self._dead.set()

    def _flush(self) -> None:
        self._writer.write(bytes(self._outbox))
        self._outbox.clear()


async def _drained(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0)
    with contextlib.suppress(OSError):
        await writer.drain()
        writer.close()
