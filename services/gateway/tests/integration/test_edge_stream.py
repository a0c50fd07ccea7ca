"""The edge between a real WebSocket and a real gRPC server that does what each test says."""

import asyncio
import json
import os
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import grpc
import pytest
import uvicorn
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from viva.contracts.session.v1 import conversation_pb2 as pb
from viva.edge.dialling import GrpcSessionDialler
from viva.edge.limits import EdgeLimits
from viva.gateway.domain.errors import GoneError, UnauthenticatedError
from viva.gateway.entrypoints import stream
from viva.gateway.entrypoints.stream_edge import CandidateEdge
from viva.testkit.scripted_session import ScriptedSession, ScriptedStream, attached, just_attach

FRAME = bytes(range(256)) * 2 + bytes(128)
HEADER = struct.Struct("<BQ")
ATTACH = {"type": "attach", "credential": "good", "fresh": True, "position": 0}
QUICK = EdgeLimits(first_session_s=1.0, no_slot_s=0.3)


@dataclass
class Tally:
    live: int = 0
    reasons: list[str] = field(default_factory=list)
    lost: int = 0

    def opened(self) -> None:
        self.live += 1

    def closed(self, reason: str) -> None:
        self.live -= 1
        self.reasons.append(reason)

    def reattached(self) -> None:
        self.lost += 1


@dataclass(frozen=True)
class Door:
    interview_id: str
    attempt: int


async def admit(credential: str) -> Door:
    if credential == "over":
        raise GoneError("interview_over", "The interview is over.")
    if credential != "good":
        raise UnauthenticatedError("credential_invalid", "The credential is not valid.")
    return Door("iv_1", 1)


@dataclass
class Served:
    url: str
    edge: CandidateEdge
    tally: Tally

    @asynccontextmanager
    async def socket(self, **changes: Any) -> AsyncIterator[ClientConnection]:
        async with self.bare() as socket:
            await socket.send(json.dumps(ATTACH | changes))
            yield socket

    def bare(self) -> connect:
        return connect(self.url, subprotocols=[Subprotocol("viva.v1")], max_size=1 << 24)


@asynccontextmanager
async def served(session: ScriptedSession, limits: EdgeLimits = QUICK) -> AsyncIterator[Served]:
    locator = grpc.aio.insecure_channel(session.address)
    tally = Tally()
    edge = CandidateEdge(admit, GrpcSessionDialler(locator), tally, count(1).__next__, limits)
    app = FastAPI()
    app.state.edge = edge
    app.include_router(stream.router)
    config = uvicorn.Config(
        app, port=0, log_level="warning", ws="websockets-sansio", lifespan="off"
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(10):
            while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Served(f"ws://127.0.0.1:{port}/v1/join/stream", edge, tally)
    finally:
        await edge.drain(2)
        server.should_exit = True
        await running
        await locator.close()


async def text(socket: ClientConnection, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(10):
        async for raw in socket:
            if isinstance(raw, str) and (said := json.loads(raw))["type"] == kind:
                return dict(said)
    raise AssertionError(f"closed without {kind}: {socket.close_code}")


async def closing(socket: ClientConnection) -> tuple[int | None, list[dict[str, Any]]]:
    said = []
    async with asyncio.timeout(10):
        try:
            while True:
                raw = await socket.recv()
                if isinstance(raw, str):
                    said.append(json.loads(raw))
        except ConnectionClosed:
            return socket.close_code, [m for m in said if m["type"] != "heartbeat"]


def frame(position: int, pcm: bytes = FRAME) -> bytes:
    return HEADER.pack(1, position) + pcm


def command(fact: int, kind: str = "done") -> str:
    return json.dumps({"type": "command", "fact": fact, "position": 0, "kind": kind})


async def test_audio_and_facts_arrive_in_order_and_speech_comes_back() -> None:
    async with (
        ScriptedSession(just_attach) as session,
        served(session) as gateway,
        gateway.socket() as socket,
    ):
        said = await text(socket, "attached")
        assert (said["epoch"], said["progress"]["questions"]) == (1, 3)
        for i in range(20):
            await socket.send(frame(320 * i))
        await socket.send(command(1, "ready"))
        stream_ = await session.stream()
        await stream_.until_heard("command")
        assert stream_.audio() == [(320 * i, FRAME) for i in range(20)]
        assert stream_.attach.interview_id == "iv_1"
        assert stream_.attach.fresh
        assert stream_.all("command")[0].kind == pb.COMMAND_KIND_READY

        speech = bytes(range(250)) * 2000
        stream_.say(utterance=pb.Utterance(epoch=1, number=5, pcm=speech, caption="Hello"))
        announced = await text(socket, "utterance")
        assert (announced["number"], announced["samples"]) == (5, 250_000)
        assert await socket.recv() == HEADER.pack(0x81, 5) + speech
        stream_.say(flush=pb.Flush(utterance=5))
        assert (await text(socket, "flush"))["utterance"] == 5
        assert gateway.tally.live == 1


async def test_the_end_is_said_and_closes_normally() -> None:
    async with ScriptedSession(just_attach) as session, served(session) as gateway:
        async with gateway.socket() as socket:
            stream_ = await session.stream()
            stream_.say(end=pb.End(reason="finished"))
            code, said = await closing(socket)
        assert (code, said[-1]) == (1000, {"type": "end", "reason": "finished"})


async def test_a_newer_connection_replaces_the_older() -> None:
    async def newest_wins(stream_: ScriptedStream) -> None:
        if session.streams.index(stream_):
            session.streams[0].say(replaced=pb.Replaced())
        await just_attach(stream_)

    async with ScriptedSession(newest_wins) as session, served(session) as gateway:
        async with gateway.socket() as first:
            await text(first, "attached")
            async with gateway.socket() as second:
                await text(second, "attached")
                code, said = await closing(first)
                assert (code, said[-1]) == (4409, {"type": "replaced"})
                await second.send(command(1))
                await (await session.stream(1)).until_heard("command")
        numbers = [stream_.attach.connection for stream_ in session.streams]
        assert numbers == sorted(set(numbers))


async def test_a_frozen_replica_is_left_and_nothing_is_lost() -> None:
    async def resume(stream_: ScriptedStream) -> None:
        again = stream_.attach.last_epoch
        stream_.say(attached=attached(again + 1, resume_from=320 * 4 if again else 0))

    async with (
        ScriptedSession(resume) as frozen,
        ScriptedSession(resume) as other,
        served(frozen) as gateway,
        gateway.socket() as socket,
    ):
        await text(socket, "attached")
        for i in range(10):
            await socket.send(frame(320 * i))
        await socket.send(command(1))
        first = await frozen.stream()
        await first.until_heard("command")
        first.say(durable=pb.Durable(position=320 * 4, fact=0))
        await text(socket, "durable")
        # Locate goes on naming the frozen one first, as its lease does.
        frozen.locate = [frozen.address, other.address]
        first.frozen = True
        await socket.send(frame(3200))
        second = await other.stream()
        assert not second.attach.fresh
        assert (second.attach.last_epoch, second.attach.position) == (1, 3520)
        assert (second.attach.buffered_from, second.attach.facts_buffered_from) == (1280, 1)
        await second.until(lambda s: len(s.audio()) >= 7)
        assert [position for position, _ in second.audio()] == [320 * i for i in range(4, 11)]
        assert second.all("command")[0].fact == 1
        again = await text(socket, "attached")
        assert (again["epoch"], again["resume_from"], again["resume_fact"]) == (2, 3520, 2)
        await socket.send(command(2))
        await second.until_heard("command", 2)
        assert gateway.tally.lost == 1


async def test_a_replica_that_hangs_up_is_dialled_again() -> None:
    async with (
        ScriptedSession(just_attach) as session,
        served(session) as gateway,
        gateway.socket() as socket,
    ):
        await text(socket, "attached")
        await socket.send(
            json.dumps(
                {
                    "type": "played",
                    "fact": 1,
                    "utterance": 3,
                    "offset": 100,
                    "count": 50,
                    "position": 9,
                }
            )
        )
        first = await session.stream()
        await first.until_heard("played")
        first.hang_up()
        second = await session.stream(1)
        assert (second.attach.playing_utterance, second.attach.playing_offset) == (3, 150)
        await second.until_heard("played")


async def test_a_client_that_drops_is_detached_and_its_time_goes_on() -> None:
    async with (
        ScriptedSession(just_attach) as session,
        served(session) as gateway,
        gateway.socket() as socket,
    ):
        await text(socket, "attached")
        socket.transport.abort()
        stream_ = await session.stream()
        (detached,) = await stream_.until_heard("detached")
        assert detached.reason.startswith("closed")
        assert detached.fact == 0
        elapsed = await stream_.until_heard("elapsed", 3)
        assert 500 < sum(e.ms for e in elapsed) < 3000
        stream_.hang_up()
        other = await session.stream(1)
        await other.until_heard("detached")
        other.say(end=pb.End(reason="dropped"))
        await other.until(lambda s: s.ended)


async def test_a_client_that_comes_back_sends_again_what_was_not_durable() -> None:
    async def script(stream_: ScriptedStream) -> None:
        if stream_.attach.fresh:
            stream_.say(attached=attached(1, base_position=5000, resume_from=5000))
        else:
            stream_.say(attached=attached(2, resume_from=5640))

    async with ScriptedSession(script) as session, served(session) as gateway:
        async with gateway.socket() as socket:
            assert (await text(socket, "attached"))["base_position"] == 5000
            await socket.send(frame(5000))
        async with gateway.socket(
            fresh=False, last_epoch=1, position=5960, buffered_from=5320, facts_buffered_from=4
        ) as socket:
            said = await text(socket, "attached")
            assert said["resume_from"] == 5640
            await socket.send(frame(5640))
            stream_ = await session.stream(1)
            await stream_.until_heard("audio")
            assert (stream_.attach.last_epoch, stream_.attach.buffered_from) == (1, 5320)


@pytest.mark.parametrize(
    ("message", "code", "error"),
    [
        ("not json", 4400, "message_malformed"),
        ('{"type":"launch"}', 4400, "message_type_unknown"),
        ('{"type":"command","fact":1,"position":-1,"kind":"done"}', 4400, "message_invalid"),
        (json.dumps(ATTACH), 4400, "attached_already"),
        (frame(0, bytes(641)), 4400, "frame_misaligned"),
        (frame(0, bytes(6402)), 4413, "frame_too_large"),
        (b"\x09", 4400, "frame_malformed"),
        (frame(2**62), 4400, "position_ahead"),
    ],
)
async def test_what_breaks_the_protocol_is_named_and_loses_nothing(
    message: str | bytes, code: int, error: str
) -> None:
    async with ScriptedSession(just_attach) as session, served(session) as gateway:
        async with gateway.socket() as socket:
            await text(socket, "attached")
            await socket.send(frame(0))
            await socket.send(message)
            got, said = await closing(socket)
        assert (got, said[-1]["type"], said[-1]["code"]) == (code, "error", error)
        assert "Traceback" not in said[-1]["detail"]
        stream_ = await session.stream()
        await stream_.until_heard("detached")
        assert stream_.audio() == [(0, FRAME)]
        assert stream_.all("detached")[0].reason == error


@pytest.mark.parametrize(
    ("credential", "code", "error"),
    [("wrong", 4401, "credential_invalid"), ("over", 4410, "interview_over")],
)
async def test_a_credential_that_is_refused(credential: str, code: int, error: str) -> None:
    async with ScriptedSession(just_attach) as session, served(session) as gateway:
        async with gateway.socket(credential=credential) as socket:
            got, said = await closing(socket)
        assert (got, said[-1]["code"]) == (code, error)
        assert not session.streams


async def test_the_first_message_must_be_attach_and_must_come() -> None:
    limits = replace(QUICK, attach_s=0.2)
    async with ScriptedSession(just_attach) as session, served(session, limits) as gateway:
        async with gateway.bare() as socket:
            got, said = await closing(socket)
            assert (got, said[-1]["code"]) == (4408, "attach_timeout")
        async with gateway.bare() as socket:
            await socket.send(frame(0))
            got, said = await closing(socket)
            assert (got, said[-1]["code"]) == (4400, "attach_missing")
        async with connect(gateway.url) as socket:
            got, said = await closing(socket)
            assert (got, said[-1]["code"]) == (4400, "subprotocol_missing")


async def test_a_fresh_client_must_wait_for_attached() -> None:
    async def never(stream_: ScriptedStream) -> None:
        del stream_

    async with ScriptedSession(never) as session, served(session) as gateway:
        async with gateway.socket() as socket:
            await socket.send(frame(0))
            got, said = await closing(socket)
        assert (got, said[-1]["code"]) == (4400, "audio_before_attached")


async def test_a_silent_client_is_gone() -> None:
    limits = replace(QUICK, client_silence_s=0.3)
    async with ScriptedSession(just_attach) as session, served(session, limits) as gateway:
        async with gateway.socket() as socket:
            got, said = await closing(socket)
        assert (got, said[-1]["code"]) == (4408, "idle_timeout")
        stream_ = await session.stream()
        assert (await stream_.until_heard("detached"))[0].reason == "idle"


@pytest.mark.parametrize(
    ("refusal", "code", "error"),
    [
        (grpc.StatusCode.RESOURCE_EXHAUSTED, 1013, "no_free_slot"),
        (grpc.StatusCode.UNAVAILABLE, 1013, "session_unreachable"),
        (grpc.StatusCode.FAILED_PRECONDITION, 4410, "interview_over"),
        (grpc.StatusCode.NOT_FOUND, 4410, "interview_unknown"),
        (grpc.StatusCode.INVALID_ARGUMENT, 4400, "invalid"),
    ],
)
async def test_a_session_that_refuses(refusal: grpc.StatusCode, code: int, error: str) -> None:
    async with ScriptedSession(just_attach) as session, served(session) as gateway:
        session.refusal = refusal
        async with gateway.socket() as socket:
            got, said = await closing(socket)
        assert (got, said[-1]["code"]) == (code, error)


async def test_no_replica_with_a_free_slot() -> None:
    async with ScriptedSession(just_attach) as session, served(session) as gateway:
        session.locate = []
        async with gateway.socket() as socket:
            got, said = await closing(socket)
        assert (got, said[-1]["code"]) == (1013, "no_free_slot")


async def test_what_is_not_durable_is_bounded_and_the_client_is_held_back() -> None:
    limits = replace(QUICK, replay_bytes=640 * 10)
    async with (
        ScriptedSession(just_attach) as session,
        served(session, limits) as gateway,
        gateway.socket() as socket,
    ):
        await text(socket, "attached")
        for i in range(30):
            await socket.send(frame(320 * i))
        stream_ = await session.stream()
        await stream_.until_heard("audio", 10)
        # The socket is not read while the buffer is full, so that nothing else can have come.
        stream_.say(progress=pb.Progress(phase=pb.PHASE_LISTENING))
        await text(socket, "progress")
        assert len(stream_.audio()) == 10
        stream_.say(durable=pb.Durable(position=320 * 10))
        await stream_.until_heard("audio", 20)
        stream_.say(durable=pb.Durable(position=320 * 20))
        await stream_.until_heard("audio", 30)
        assert stream_.audio() == [(320 * i, FRAME) for i in range(30)]


async def test_a_client_that_reads_nothing_is_dropped() -> None:
    limits = replace(QUICK, send_queue_bytes=1 << 20)
    async with (
        ScriptedSession(just_attach) as session,
        served(session, limits) as gateway,
        gateway.socket() as socket,
    ):
        await text(socket, "attached")
        socket.transport.pause_reading()
        stream_ = await session.stream()
        noise = os.urandom(500_000)
        for number in range(40):
            stream_.say(utterance=pb.Utterance(epoch=1, number=number, pcm=noise))
        (detached,) = await stream_.until_heard("detached")
        assert detached.reason == "slow_client"


async def test_a_drain_sends_the_client_elsewhere() -> None:
    async with ScriptedSession(just_attach) as session, served(session) as gateway:
        async with gateway.socket() as socket:
            await text(socket, "attached")
            await socket.send(frame(0))
            draining = asyncio.create_task(gateway.edge.drain())
            got, _ = await closing(socket)
            assert got == 1012
            await draining
        stream_ = await session.stream()
        await stream_.until_heard("detached")
        assert stream_.all("detached")[0].reason == "draining"
        assert stream_.audio() == [(0, FRAME)]
        async with gateway.socket() as socket:
            got, said = await closing(socket)
            assert (got, said[-1]["code"]) == (1012, "draining")
        assert gateway.tally.live == 0


async def test_a_client_that_says_goodbye_is_not_detached() -> None:
    async with ScriptedSession(just_attach) as session, served(session) as gateway:
        async with gateway.socket() as socket:
            await text(socket, "attached")
            await socket.send(json.dumps({"type": "bye", "fact": 1}))
        stream_ = await session.stream()
        await stream_.until_heard("bye")
        stream_.say(end=pb.End(reason="candidate_left"))
        await stream_.until(lambda s: s.ended)
        assert not stream_.all("detached")
