"""A session server that does what a test says: the far side of the gateway's edge, nothing else."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

import grpc

from viva.contracts.session.v1 import conversation_pb2 as pb
from viva.contracts.session.v1.conversation_pb2_grpc import (
    ConversationServiceServicer,
    add_ConversationServiceServicer_to_server,
)

HEARTBEAT_S = 0.25
WAIT_S = 30.0

T = TypeVar("T")
Context = grpc.aio.ServicerContext[pb.ConverseRequest, pb.ConverseResponse]


class ScriptedStream:
    """One `Converse` stream as the server sees it.

    Attributes:
        attach: the first message of the edge.
        heard: all later messages but heartbeats, in their order.
        frozen: set by a test that wants silence on a stream that stays open.
    """

    def __init__(self, attach: pb.Attach) -> None:
        self.attach = attach
        self.heard: list[pb.ConverseRequest] = []
        self.ended = False
        self.frozen = False
        self._outbox: asyncio.Queue[pb.ConverseResponse | None] = asyncio.Queue()
        self._changed = asyncio.Event()

    def say(self, **message: Any) -> None:
        """Sends a response, named by its field: `say(flush=pb.Flush(utterance=3))`."""
        self._outbox.put_nowait(pb.ConverseResponse(**message))

    def hang_up(self) -> None:
        """Ends the stream without a word."""
        self._outbox.put_nowait(None)

    def all(self, kind: str) -> list[Any]:
        """Everything that was heard of one kind, in order."""
        return [getattr(m, kind) for m in self.heard if m.WhichOneof("message") == kind]

    def audio(self) -> list[tuple[int, bytes]]:
        """Positions and samples of the frames that came."""
        return [(frame.position, frame.pcm) for frame in self.all("audio")]

    async def until(self, found: Callable[["ScriptedStream"], T], timeout_s: float = WAIT_S) -> T:
        """Waits until `found` gives something true, and returns it."""
        async with asyncio.timeout(timeout_s):
            while not (result := found(self)):
                self._changed.clear()
                await self._changed.wait()
            return result

    async def until_heard(self, kind: str, count: int = 1) -> list[Any]:
        """Waits until `count` messages of a kind have come, and returns them."""
        await self.until(lambda s: len(s.all(kind)) >= count)
        return self.all(kind)

    def _take(self, request: pb.ConverseRequest) -> None:
        if request.WhichOneof("message") != "heartbeat":
            self.heard.append(request)
        self._changed.set()

    def _end(self) -> None:
        self.ended = True
        self._changed.set()

    async def _next_said(self) -> pb.ConverseResponse | None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HEARTBEAT_S):
                return await self._outbox.get()
        return pb.ConverseResponse(heartbeat=pb.Heartbeat())


Script = Callable[[ScriptedStream], Awaitable[None]]


class ScriptedSession(ConversationServiceServicer):
    """A gRPC server on a free port of the loopback.

    Args:
        script: what the server does on each stream, from the edge's `Attach` on.
    """

    def __init__(self, script: Script) -> None:
        self._script = script
        self._server = grpc.aio.server()
        self._arrived = asyncio.Event()
        self.streams: list[ScriptedStream] = []
        self.address = ""
        self.locate: list[str] = []
        self.refusal: grpc.StatusCode | None = None
        self._failures: list[BaseException] = []

    async def __aenter__(self) -> "ScriptedSession":
        add_ConversationServiceServicer_to_server(self, self._server)
        port = self._server.add_insecure_port("127.0.0.1:0")
        self.address = f"127.0.0.1:{port}"
        self.locate = [self.address]
        await self._server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.stop(0)
        if self._failures:
            raise self._failures[0]

    async def stream(self, index: int = 0) -> ScriptedStream:
        """Waits for the stream with this index."""
        async with asyncio.timeout(WAIT_S):
            while len(self.streams) <= index:
                self._arrived.clear()
                await self._arrived.wait()
        return self.streams[index]

    async def Locate(  # noqa: N802 - the name of the RPC
        self, request: pb.LocateRequest, context: Context
    ) -> pb.LocateResponse:
        """Names the addresses that the test wants to be tried."""
        del request, context
        return pb.LocateResponse(addresses=self.locate)

    async def Converse(  # noqa: N802 - the name of the RPC
        self, requests: AsyncIterator[pb.ConverseRequest], context: Context
    ) -> AsyncIterator[pb.ConverseResponse]:
        """Runs the script on a new stream."""
        if self.refusal:
            await context.abort(self.refusal, "refused by the test")
        first = await anext(aiter(requests))
        stream = ScriptedStream(first.attach)
        self.streams.append(stream)
        self._arrived.set()
        reader = asyncio.create_task(_read(requests, stream))
        script = asyncio.ensure_future(self._script(stream))
        try:
            while (said := await stream._next_said()) is not None:  # noqa: SLF001
                if not stream.frozen:
                    yield said
        finally:
            for task in (reader, script):
                task.cancel()
            _, failure = await asyncio.gather(reader, script, return_exceptions=True)
            if isinstance(failure, Exception):
                self._failures.append(failure)
            stream._end()  # noqa: SLF001


async def _read(requests: AsyncIterator[pb.ConverseRequest], stream: ScriptedStream) -> None:
    async for request in requests:
        stream._take(request)  # noqa: SLF001
    stream.hang_up()
    stream._end()  # noqa: SLF001


def attached(epoch: int = 1, **fields: Any) -> pb.Attached:
    """An answer to `Attach` that asks for nothing again."""
    fields.setdefault("progress", pb.Progress(phase=pb.PHASE_WAITING, questions=3))
    fields.setdefault("resume_fact", 1)
    return pb.Attached(epoch=epoch, **fields)


async def just_attach(stream: ScriptedStream) -> None:
    """Takes the edge on, and leaves the rest to the test."""
    stream.say(attached=attached(epoch=stream.attach.last_epoch + 1))
