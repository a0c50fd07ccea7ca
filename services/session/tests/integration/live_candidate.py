"""The client of a live conversation: what a page does, without a page."""

import asyncio
import contextlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

import grpc
import numpy as np

from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.session.v1 import conversation_pb2 as pb
from viva.contracts.session.v1.conversation_pb2_grpc import ConversationServiceStub

INTERVIEW = "iv_test"
FRAME = 320
SPEED = 2.0


@dataclass
class Candidate:
    """A client on the sample clock: plays what comes, speaks when a question was heard."""

    channel: grpc.aio.Channel
    speech: dict[str, np.ndarray]
    position: int = 0
    facts: itertools.count = field(default_factory=lambda: itertools.count(1))
    heard: list[pb.ConverseResponse] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    ended: str = ""
    epoch: int = 0
    durable: pb.Durable = field(default_factory=pb.Durable)
    connection: int = 1

    def __post_init__(self) -> None:
        self.queue: list[pb.Utterance] = []
        self.known: set[int] = set()
        self.offset = self.reported = 0
        self.voice = np.zeros(0, np.int16)
        self.sent: dict[int, bytes] = {}
        self.noise = np.random.default_rng(1)
        self.changed = asyncio.Event()
        self.call = None
        self.error: grpc.StatusCode | None = None

    async def attach(self, *, fresh: bool = True, **fields: object) -> None:
        self.call = ConversationServiceStub(self.channel).Converse()
        await self.call.write(
            pb.ConverseRequest(
                attach=pb.Attach(
                    interview_id=INTERVIEW,
                    attempt=1,
                    channel=common.CHANNEL_BROWSER,
                    connection=self.connection,
                    fresh=fresh,
                    last_epoch=self.epoch,
                    position=self.position,
                    **fields,
                )
            )
        )
        self.heard.clear()
        self.reading = asyncio.create_task(self._read())
        attached = await self.until(lambda c: c.said("attached"))
        self.epoch = attached[-1].epoch
        if fresh:
            self.position = attached[-1].base_position
            self.facts = itertools.count(attached[-1].resume_fact)

    def said(self, kind: str) -> list:
        return [getattr(m, kind) for m in self.heard if m.WhichOneof("message") == kind]

    async def until(self, found: Callable, timeout_s: float = 30):
        async with asyncio.timeout(timeout_s):
            while not (result := found(self)):
                self.changed.clear()
                await self.changed.wait()
            return result

    async def _read(self) -> None:
        try:
            async for message in self.call:
                kind = message.WhichOneof("message")
                self.heard.append(message)
                if kind == "utterance" and message.utterance.number not in self.known:
                    self.known.add(message.utterance.number)
                    self.queue.append(message.utterance)
                elif kind == "flush":
                    await self._flush(message.flush.utterance)
                elif kind == "end":
                    self.ended = message.end.reason
                elif kind == "durable":
                    self.durable = message.durable
                self.changed.set()
        except grpc.aio.AioRpcError as error:
            self.error = error.code()
            self.changed.set()
        except asyncio.CancelledError:
            pass

    async def _flush(self, number: int) -> None:
        for utterance in list(self.queue):
            if utterance.number == number:
                playing = self.queue[0] is utterance
                self.queue.remove(utterance)
                await self.state(
                    stopped=pb.Stopped(utterance=number, heard=self.offset if playing else 0)
                )
                self.offset = self.reported = 0

    async def _send(self, request: pb.ConverseRequest) -> None:
        """Sends, or learns from the reader that the call is over."""
        with contextlib.suppress(asyncio.InvalidStateError, grpc.aio.AioRpcError):
            await self.call.write(request)

    async def state(self, **message) -> None:
        ((kind, value),) = message.items()
        value.fact = next(self.facts)
        if kind != "bye":
            value.position = self.position
        await self._send(pb.ConverseRequest(**{kind: value}))

    async def begin(self) -> None:
        await self.state(consent=pb.Consent(granted=True))
        await self.state(command=pb.Command(kind=pb.COMMAND_KIND_READY))

    async def run(self, until: Callable, timeout_s: float = 90) -> None:
        """Sends what a microphone hears, at the test's pace, until something happened."""
        loop = asyncio.get_running_loop()
        began, sent = loop.time(), 0
        while not until(self):
            assert loop.time() - began < timeout_s, [
                m.WhichOneof("message") for m in self.heard[-9:]
            ]
            await self._frame()
            sent += 1
            await asyncio.sleep(max(0, began + sent * 0.02 / SPEED - loop.time()))

    async def _frame(self) -> None:
        spoken, self.voice = self.voice[:FRAME], self.voice[FRAME:]
        frame = self.noise.integers(-8, 8, FRAME).astype(np.int16)
        frame[: len(spoken)] += spoken
        pcm = frame.astype("<i2").tobytes()
        self.sent[self.position] = pcm
        await self._send(pb.ConverseRequest(audio=pb.Audio(position=self.position, pcm=pcm)))
        self.position += FRAME
        await self._play()

    async def _play(self) -> None:
        if not self.queue:
            return
        utterance = self.queue[0]
        length = len(utterance.pcm) // 2
        self.offset = min(length, self.offset + FRAME)
        if self.offset - self.reported >= 3200 or self.offset == length:
            count = self.offset - self.reported
            run = pb.PlayedRun(
                utterance=utterance.number, offset=self.reported, count=count,
                position=max(0, self.position - count),
            )  # fmt: skip
            self.reported = self.offset
            await self._send(pb.ConverseRequest(played=pb.Played(fact=next(self.facts), run=run)))
        if self.offset == length:
            self.queue.pop(0)
            self.offset = self.reported = 0
            await self.state(stopped=pb.Stopped(utterance=utterance.number, heard=length))
            self.captions.append(utterance.caption)
            answer = self.speech.get(utterance.caption)
            if answer is not None:
                pause = np.zeros(8000, np.int16)
                self.voice = np.concatenate([pause, answer])

    async def drop(self) -> None:
        self.call.cancel()
        await self.reading
