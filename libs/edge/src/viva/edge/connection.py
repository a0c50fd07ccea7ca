"""One candidate's connection: from its admission until the session needs it no more.

Three things run at once. The client is read into the replay buffer; the uplink keeps one session
replica attached, replaying what it lacks; the send queue goes to the client. When the client drops,
the uplink stays and keeps the interview's time, until the session ends it or a newer connection
takes over.
"""

import asyncio
import contextlib
from dataclasses import dataclass, field

from viva.edge.buffer import ReplayBuffer
from viva.edge.limits import EdgeLimits
from viva.edge.messages import (
    Attach,
    Attached,
    Audio,
    Bye,
    Detached,
    Elapsed,
    End,
    Heartbeat,
    Played,
    Playing,
    Pulse,
    Refusal,
    Replaced,
    SessionMessage,
    Stopped,
)
from viva.edge.ports import (
    ClientGoneError,
    ClientSocket,
    InterviewOverError,
    LiveConnections,
    NoFreeSlotError,
    ProtocolViolationError,
    SessionDialler,
    SessionLostError,
    SessionRefusedError,
)
from viva.edge.sending import SendQueue
from viva.edge.uplink import Admitted, Uplink

NORMAL = 1000
SERVICE_RESTART = 1012
PROTOCOL_ERROR = 4400
TRY_AGAIN_LATER = 1013
SILENT = 4408
REPLACED = 4409
OVER = 4410
TOO_LARGE = 4413


@dataclass(frozen=True)
class Closing:
    """How a connection ends: its close code, and a refusal where the client must be told why."""

    code: int
    reason: str
    refusal: Refusal | None = None


@dataclass(eq=False)
class Connection:
    """Relays between one client and the session that conducts its interview."""

    admitted: Admitted
    attach: Attach
    socket: ClientSocket
    dialler: SessionDialler
    limits: EdgeLimits
    metrics: LiveConnections
    _draining: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._buffer = ReplayBuffer(self.limits.replay_bytes)
        if not self.attach.fresh:
            self._buffer.begin(self.attach.buffered_from, self.attach.facts_buffered_from)
        self._queue = SendQueue(self.limits.send_queue_bytes)
        self._playing = self.attach.playing
        self._left = False
        self._uplink = Uplink(self.admitted, self.attach, self._buffer, self.dialler, self.limits)

    def drain(self) -> None:
        """Asks the connection to end, so that the client goes to another gateway."""
        self._draining.set()

    async def run(self) -> Closing:
        """Relays until the client is gone and the session knows it, or the session ended it."""
        self.metrics.opened()
        uplink = asyncio.create_task(self._relay_session(), name="edge-uplink")
        closing = Closing(SERVICE_RESTART, "cancelled")
        try:
            closing = await self._serve_client(uplink)
            if not uplink.done() and not self._left:
                self._buffer.add(Detached(closing.reason))
            await self._close_client(closing)
            if not uplink.done():
                await self._linger(uplink)
            return closing
        finally:
            uplink.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await uplink
            self.metrics.closed(closing.reason)

    async def _serve_client(self, uplink: "asyncio.Task[Closing]") -> Closing:
        """Runs the client's side until one part of the connection ends; says how."""
        parts: list[asyncio.Task[Closing]] = [
            uplink,
            asyncio.create_task(self._read_client(), name="edge-read"),
            asyncio.create_task(self._write_client(), name="edge-write"),
            asyncio.create_task(self._pulse_client(), name="edge-pulse"),
            asyncio.create_task(self._await_drain(), name="edge-drain"),
            asyncio.create_task(self._await_overflow(), name="edge-overflow"),
        ]
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            # What the session says counts more than a socket that broke in the same moment.
            first = uplink if uplink in done else done.pop()
            if uplink.done():
                await self._flush_client()
            return first.result()
        finally:
            for part in parts[1:]:
                part.cancel()
            await asyncio.gather(*parts[1:], return_exceptions=True)

    async def _read_client(self) -> Closing:
        try:
            while True:
                await self._buffer.wait_for_room()
                async with asyncio.timeout(self.limits.client_silence_s):
                    message = await self.socket.receive()
                self._take(message)
        except TimeoutError:
            refusal = Refusal("idle_timeout", "Nothing was heard from the client.")
            return Closing(SILENT, "idle", refusal)
        except ClientGoneError as gone:
            return Closing(NORMAL, "left" if self._left else str(gone))
        except ProtocolViolationError as violation:
            return _violated(violation)

    def _take(self, message: object) -> None:
        """Puts a client's message where the session's streams read it.

        Raises:
            ProtocolViolationError: it is of the protocol, but not now.
        """
        match message:
            case Attach():
                raise ProtocolViolationError("attached_already", "Attach comes once, first.")
            case Heartbeat():
                return
            case Audio() if self.attach.fresh and not self._uplink.attached_once:
                raise ProtocolViolationError(
                    "audio_before_attached", "A fresh client sends audio after `attached`."
                )
            case Audio() if message.end > self._buffer.position + self.limits.jump_samples:
                raise ProtocolViolationError(
                    "position_ahead", "The position is further ahead than time allows."
                )
            case Audio() | Elapsed():
                self._buffer.add(message)
            case Bye():
                self._left = True
                self._buffer.add(message)
            case Played():
                self._uplink.playing = Playing(message.utterance, message.offset + message.count)
                self._buffer.add(message)
            case Stopped():
                self._uplink.playing = None
                self._buffer.add(message)
            case _:
                self._buffer.add(message)  # type: ignore[arg-type]

    async def _write_client(self) -> Closing:
        try:
            await self._queue.drain(self.socket)
        except ClientGoneError as gone:
            return Closing(NORMAL, str(gone))

    async def _pulse_client(self) -> Closing:
        while True:
            await asyncio.sleep(max(self.limits.pulse_s, 1.0))
            self._queue.put(Pulse(self._uplink.live))

    async def _await_drain(self) -> Closing:
        await self._draining.wait()
        return Closing(SERVICE_RESTART, "draining")

    async def _await_overflow(self) -> Closing:
        await self._queue.overflowed()
        refusal = Refusal("slow_client", "The connection takes less than it must.")
        return Closing(TRY_AGAIN_LATER, "slow_client", refusal)

    async def _relay_session(self) -> Closing:
        """Keeps a session attached and hands on what it says, until it ends the connection."""
        try:
            async with contextlib.aclosing(self._uplink.converse(self.metrics)) as messages:
                async for message in messages:
                    if ending := self._hand_on(message):
                        return ending
        except NoFreeSlotError:
            refusal = Refusal("no_free_slot", "Every interviewer is busy; try again in a moment.")
            return Closing(TRY_AGAIN_LATER, "no_free_slot", refusal)
        except SessionLostError:
            refusal = Refusal("session_unreachable", "No interviewer answers; try again.")
            return Closing(TRY_AGAIN_LATER, "session_unreachable", refusal)
        except SessionRefusedError as refused:
            refusal = Refusal(refused.code, refused.detail)
            return Closing(PROTOCOL_ERROR, refused.code, refusal)
        except InterviewOverError as over:
            return Closing(OVER, over.code, Refusal(over.code, over.detail))
        return Closing(TRY_AGAIN_LATER, "session_unreachable")

    def _hand_on(self, message: SessionMessage) -> Closing | None:
        match message:
            case Heartbeat():
                return None
            case End():
                self._queue.put(message)
                return Closing(NORMAL, message.reason)
            case Replaced():
                self._queue.put(message)
                return Closing(REPLACED, "replaced")
            case Attached():
                self._queue.put(message)
                self._queue.put(Pulse(live=True))
            case _:
                self._queue.put(message)
        return None

    async def _flush_client(self) -> None:
        """Gives the last words time to leave."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await self._queue.emptied()

    async def _close_client(self, closing: Closing) -> None:
        with contextlib.suppress(ClientGoneError, TimeoutError):
            async with asyncio.timeout(5):
                if closing.refusal:
                    await self.socket.send(closing.refusal)
                await self.socket.close(closing.code, closing.reason)

    async def _linger(self, uplink: "asyncio.Task[Closing]") -> None:
        """Keeps the interview's time for a session whose client is gone, until it ends."""
        self._queue.discard()
        await self._uplink.flushed(timeout_s=2)
        drained = asyncio.create_task(self._draining.wait())
        loop = asyncio.get_running_loop()
        began = last = loop.time()
        try:
            while loop.time() - began < self.limits.linger_s:
                ended, _ = await asyncio.wait(
                    [uplink, drained],
                    timeout=self.limits.pulse_s,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if ended:
                    return
                self._buffer.add(Elapsed(int((loop.time() - last) * 1000)))
                last = loop.time()
        finally:
            drained.cancel()


def _violated(violation: ProtocolViolationError) -> Closing:
    refusal = Refusal(violation.code, violation.detail)
    return Closing(violation.close_code, violation.code, refusal)
