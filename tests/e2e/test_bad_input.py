"""Bad input from outside: each gets a clear error, and Viva goes on."""

import asyncio
import json
import struct
import subprocess
import sys
from typing import Any

import pytest
import websockets
from aiokafka import AIOKafkaProducer
from websockets.asyncio.client import ClientConnection, connect

from tests.e2e.interview import ORDER
from tests.e2e.world import World
from viva.testkit.candidate.link import SUBPROTOCOL, Ticket, exchange

HEADER = struct.Struct("<BQ")
SILENCE = bytes(640)


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        (b'{"role": "x", "channel"', 400, None),
        (b"\xff\xfe\x00", 400, None),
        (b"[]", 422, None),
        (b'{"role": 5, "channel": "browser"}', 422, "/role"),
        (b'{"role": "x", "channel": "carrier pigeon"}', 422, "/channel"),
        (b'{"role": "x", "channel": "browser", "colour": "red"}', 422, "/colour"),
        (b'{"role": "x", "channel": "browser", "framework": "fw_unknown"}', 422, "/framework"),
        (b'{"role": "x", "channel": "browser", "expires_in_s": -1}', 422, "/expires_in_s"),
    ],
)
async def test_wrong_order_is_refused_and_says_where(
    world: World, body: bytes, status: int, pointer: str | None
) -> None:
    answer = await world.api.request(
        "POST", "/v1/interviews", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"]
    assert problem["detail"]
    assert problem["request_id"]
    if pointer:
        assert pointer in [found["pointer"] for found in problem["errors"]]


async def test_language_that_no_model_speaks_is_refused_with_the_list(world: World) -> None:
    order = ORDER | {"persona": {"name": "Ida", "language": "da"}}
    answer = await world.api.request(
        "POST", "/v1/interviews", json={"role": "x", "channel": "browser", **order}
    )
    assert answer.status_code == 422
    assert "en" in answer.json()["errors"][0]["detail"]


async def test_oversize_body_is_refused(world: World) -> None:
    body = json.dumps({"role": "x" * 3_000_000, "channel": "browser"})
    answer = await world.api.request("POST", "/v1/interviews", content=body)
    assert answer.status_code == 413
    assert answer.json()["code"] == "body_too_large"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/interviews/iv_01JZZZZZZZZZZZZZZZZZZZZZZZ"),
        ("GET", "/v1/interviews/../../etc/passwd"),
        ("POST", "/v1/interviews/iv_nothing/cancel"),
        ("GET", "/v1/interviews/iv_nothing/recording"),
        ("GET", "/v1/personas/ps_nothing"),
        ("POST", "/v1/reviews/rev_nothing/decide"),
        ("DELETE", "/v1/webhook-endpoints/whe_nothing"),
    ],
)
async def test_unknown_ids_are_not_found(world: World, method: str, path: str) -> None:
    body = {"decision": "upheld"} if path.endswith("decide") else None
    answer = await world.api.request(method, path, json=body)
    assert answer.status_code == 404
    assert answer.json()["code"]


async def test_wrong_keys_open_nothing(world: World) -> None:
    for headers in ({"Authorization": "Bearer viva_live_wrong"}, {"Authorization": "Basic x"}):
        answer = await world.api.request("GET", "/v1/interviews", headers=headers)
        assert answer.status_code == 401


async def test_wrong_tokens_open_nothing(world: World) -> None:
    for token, status in (("wrong", 404), ("", 422), ("x" * 100_000, 422), (5, 422)):
        answer = await world.api.request("POST", "/v1/join/exchange", json={"token": token})
        assert answer.status_code in {status, 404, 422}, token
        assert answer.json()["code"]


async def ready_ticket(world: World) -> tuple[str, Ticket]:
    created = await world.api.create_interview(**ORDER)
    await world.api.ready(created["id"])
    return created["id"], await exchange(created["join_url"])


async def close_code(socket: ClientConnection) -> int | None:
    """Reads until the server closes; gives its code."""
    async with asyncio.timeout(15):
        try:
            async for _message in socket:
                pass
        except websockets.ConnectionClosedError:
            pass
    return socket.close_code


def attach(ticket: Ticket, **changed: Any) -> str:
    message = {
        "type": "attach",
        "credential": ticket.credential,
        "fresh": True,
        "last_epoch": 0,
        "position": 0,
        "buffered_from": 0,
        "facts_buffered_from": 1,
        "playing": None,
    }
    return json.dumps(message | changed)


async def test_websocket_that_sends_garbage_is_closed_and_the_interview_stays(
    world: World,
) -> None:
    interview, ticket = await ready_ticket(world)
    attached = attach(ticket)
    frame = HEADER.pack(1, 0) + SILENCE
    for messages, code in (
        (["no json"], 4400),
        (['{"type": "attach"}'], 4400),
        ([attach(ticket, credential="wrong")], 4401),
        ([frame], 4400),
        ([attached, '{"type": "dance"}'], 4400),
        ([attached, b""], 4400),
        ([attached, b"\x07" + bytes(100)], 4400),
        ([attached, HEADER.pack(1, 0) + bytes(641)], 4400),
        ([attached, HEADER.pack(1, 0) + bytes(20_000)], 4413),
        ([attached, "x" * 70_000], 4413),
        ([attached, HEADER.pack(1, 2**64 - 1) + SILENCE], 4400),
    ):
        async with connect(ticket.stream_url, subprotocols=[SUBPROTOCOL]) as socket:
            for message in messages:
                await socket.send(message)
            assert await close_code(socket) == code, messages
    assert (await world.api.interview(interview))["status"] == "ready"
    await world.api.call("POST", f"/v1/interviews/{interview}/cancel")


async def test_frames_out_of_order_are_put_in_order_or_refused(world: World) -> None:
    interview, ticket = await ready_ticket(world)
    async with connect(ticket.stream_url, subprotocols=[SUBPROTOCOL]) as socket:
        await socket.send(attach(ticket))
        async with asyncio.timeout(15):
            while json.loads(await socket.recv())["type"] != "attached":
                pass
        for position in (0, 640, 320, 320, 1280, 960, 0):
            await socket.send(HEADER.pack(1, position) + SILENCE)
        await socket.send(json.dumps({"type": "heartbeat"}))
        async with asyncio.timeout(15):
            while json.loads(await socket.recv())["type"] != "heartbeat":
                pass
    assert (await world.api.interview(interview))["status"] == "ready"
    await world.api.call("POST", f"/v1/interviews/{interview}/cancel")


async def corrupt_records(world: World) -> None:
    """Puts garbage into every partition, so that it stands before whatever comes next."""
    producer = AIOKafkaProducer(bootstrap_servers=world.stack.settings()["VIVA_KAFKA_BOOTSTRAP"])
    await producer.start()
    try:
        for topic, kind in (
            ("interview.gateway.events.v1", "viva.gateway.events.v1.InterviewCreated"),
            ("interview.session.events.v1", "viva.session.events.v1.AnswerRecorded"),
            ("interview.results.v1", "interview.completed"),
        ):
            for partition in range(12):
                attributes = {
                    "id": f"evt_corrupt_{partition}",
                    "type": kind,
                    "source": "nobody",
                    "subject": "iv_corrupt",
                    "time": "2026-01-01T00:00:00+00:00",
                    "specversion": "1.0",
                }
                await producer.send_and_wait(
                    topic,
                    b"\xff\xff garbage",
                    key=b"iv_corrupt",
                    partition=partition,
                    headers=[(f"ce_{name}", text.encode()) for name, text in attributes.items()],
                )
    finally:
        await producer.stop()


@pytest.mark.disturbs
async def test_corrupt_records_go_to_the_dead_letters_and_others_pass(alone: World) -> None:
    await corrupt_records(alone)
    created = await alone.api.create_interview(**ORDER, expires_in_s=2)
    await alone.api.ready(created["id"], 60)
    assert (await alone.api.verdict(created["id"], 30))["status"] == "expired"
    assert await alone.webhooks(created["id"], "interview.expired")
    listed = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "viva.platform.cli", "dlq", "list"],
        env=alone.stack.settings(),
        capture_output=True,
        text=True,
        check=True,
    )
    for topic, group in (
        ("interview.gateway.events.v1", "viva.session"),
        ("interview.session.events.v1", "viva.asr"),
        ("interview.results.v1", "viva.notification"),
    ):
        assert f"{topic}.{group}.dlq" in listed.stdout
