"""Keeps one session replica attached, through the loss of any of them."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace

from viva.edge.buffer import ReplayBuffer
from viva.edge.limits import EdgeLimits
from viva.edge.messages import (
    Attach,
    Attached,
    Channel,
    Durable,
    End,
    Heartbeat,
    Playing,
    Replaced,
    SessionAttach,
    SessionMessage,
)
from viva.edge.ports import (
    InterviewOverError,
    LiveConnections,
    NoFreeSlotError,
    SessionDialler,
    SessionLostError,
    SessionRefusedError,
    SessionStream,
)

FIRST_WAIT_S = 0.05
LONGEST_WAIT_S = 1.0
OWN_STALL_S = 0.2


@dataclass(frozen=True)
class Admitted:
    """Whose connection it is; `number` counts up, the newest of an interview wins."""

    interview_id: str
    attempt: int
    number: int
    channel: Channel = "browser"


class Uplink:
    """The edge's side of `Converse`, for as many replicas as one connection needs.

    Attributes:
        live: a replica is attached now.
        attached_once: one was, on this connection.
        playing: what the client has in its loudspeaker.
    """

    def __init__(
        self,
        admitted: Admitted,
        attach: Attach,
        buffer: ReplayBuffer,
        dialler: SessionDialler,
        limits: EdgeLimits,
    ) -> None:
        self._admitted = admitted
        self._attach = attach
        self._buffer = buffer
        self._dialler = dialler
        self._limits = limits
        self._epoch = attach.last_epoch
        self._sent = 0
        self._progress = asyncio.Event()
        self.live = False
        self.attached_once = False
        self.playing: Playing | None = attach.playing

    async def converse(self, metrics: LiveConnections) -> AsyncGenerator[SessionMessage, None]:
        """What the session says, over all replicas that the connection sees.

        Raises:
            SessionLostError: no replica took the client on in time; NoFreeSlotError: all are full.
            InterviewOverError: the session refuses the interview.
        """
        began = asyncio.get_running_loop().time()
        avoid, wait_s = "", FIRST_WAIT_S
        while True:
            stream: SessionStream | None = None
            try:
                stream = await self._dialler.dial(self._attach_now(), avoid)
                avoid = stream.address
                async with contextlib.aclosing(self._attached(stream)) as messages:
                    async for message in messages:
                        wait_s = FIRST_WAIT_S
                        yield message
                        if isinstance(message, (End, Replaced)):
                            return
            except SessionLostError as lost:
                waited_s = asyncio.get_running_loop().time() - began
                if not self.attached_once and waited_s > self._patience_s(lost):
                    raise
            if self.live:
                metrics.reattached()
            self.live = False
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    async def flushed(self, timeout_s: float) -> None:
        """Waits until the replica was told everything, or the time is over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while self._sent < self._buffer.end:
                    self._progress.clear()
                    await self._progress.wait()

    def _patience_s(self, lost: SessionLostError) -> float:
        full = isinstance(lost, NoFreeSlotError)
        return self._limits.no_slot_s if full else self._limits.first_session_s

    def _attach_now(self) -> SessionAttach:
        attach = self._attach
        if self.attached_once:
            attach = replace(
                attach,
                fresh=False,
                last_epoch=self._epoch,
                position=self._buffer.position,
                buffered_from=self._buffer.buffered_from,
                facts_buffered_from=self._buffer.facts_buffered_from,
                playing=self.playing,
            )
        admitted = self._admitted
        return SessionAttach(
            admitted.interview_id, admitted.attempt, admitted.number, attach, admitted.channel
        )

    async def _attached(self, stream: SessionStream) -> AsyncGenerator[SessionMessage, None]:
        writer: asyncio.Task[None] | None = None
        reading: asyncio.Future[SessionMessage | None] | None = None
        lost = True
        silence_s = self._limits.attach_reply_s
        messages = stream.messages()
        try:
            while True:
                reading = asyncio.ensure_future(anext(messages, None))
                if (message := await _arrived(reading, silence_s)) is None:
                    break
                match message:
                    case Attached():
                        silence_s = self._limits.session_silence_s
                        writer = asyncio.create_task(self._write(stream, message))
                        yield self._take_up(message)
                        continue
                    case Durable():
                        self._buffer.forget(message.position, message.fact)
                yield message
                if isinstance(message, (End, Replaced)):
                    lost = False
        except (GeneratorExit, asyncio.CancelledError):
            # The connection's own end: what was sent last is still read by the replica.
            lost = False
            raise
        finally:
            if writer:
                writer.cancel()
                await asyncio.gather(writer, return_exceptions=True)
            # To cancel a read breaks the call, and loses what the replica has not read yet.
            await stream.close(cancel=lost)
            if reading:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)

    def _take_up(self, attached: Attached) -> Attached:
        """Notes the new epoch; says what the client must send again.

        Where this is not the connection's first session, the edge holds what the replica lacks:
        the client need not send it.
        """
        again = self.attached_once
        self._epoch = attached.epoch
        self.live = self.attached_once = True
        if again:
            return replace(
                attached,
                resume_from=self._buffer.position,
                resume_fact=self._buffer.last_fact + 1,
            )
        if self._attach.fresh:
            self._buffer.begin(attached.base_position, attached.resume_fact)
        return attached

    async def _write(self, stream: SessionStream, attached: Attached) -> None:
        """Sends what the replica lacks, then all that comes; a lost stream shows in its reading."""
        with contextlib.suppress(SessionLostError, SessionRefusedError, InterviewOverError):
            cursor = self._buffer.end
            for entry in self._buffer.replay_from(
                attached.resume_from, attached.resume_fact, before=cursor
            ):
                await stream.send(entry)
            while True:
                self._sent = cursor
                self._progress.set()
                cursor, entries = await self._buffer.next_after(cursor, self._limits.pulse_s)
                for entry in entries:
                    await stream.send(entry)
                if not entries:
                    await stream.send(Heartbeat())


async def _arrived(
    reading: "asyncio.Future[SessionMessage | None]", silence_s: float
) -> SessionMessage | None:
    """The next message, or None at the stream's end.

    Raises:
        SessionLostError: nothing came for so long.
    """
    clock = asyncio.get_running_loop().time
    while True:
        asked = clock()
        if (await asyncio.wait({reading}, timeout=silence_s))[0]:
            return reading.result()
        # Where this process itself stood still, what was said may wait to be read.
        if clock() - asked < silence_s + OWN_STALL_S:
            raise SessionLostError("silent")
