"""`viva call` to a Viva elsewhere: its API is reached, its telephony is not."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import typer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from typer.testing import CliRunner

from services.telephony.tests.conformance.line_sip import free_port
from viva.platform.clock import SystemClock
from viva.platform.health import Health
from viva.platform.http import HttpServer
from viva.telephony.command import call

NEXT = "2026-01-02T09:00:00.000Z"
ORDERED = {"id": "iv_1", "status": "created"}
STEPS = [
    ("ready", {"state": "waiting", "calls": 0, "last_outcome": None, "next_call_at": None}),
    ("ready", {"state": "waiting", "calls": 1, "last_outcome": "busy", "next_call_at": NEXT}),
    ("in_progress", {"state": "talking", "calls": 2, "last_outcome": None, "next_call_at": None}),
    ("completed", {"state": "over", "calls": 2, "last_outcome": None, "next_call_at": None}),
]


@pytest_asyncio.fixture
async def api() -> AsyncIterator[tuple[str, list[dict[str, object]]]]:
    """An API whose interview goes one step on each time it is read."""
    orders: list[dict[str, object]] = []
    left = [ORDERED | {"status": status, "call": {"progress": told}} for status, told in STEPS]

    async def order(request: Request) -> Response:
        orders.append(await request.json())
        return JSONResponse(ORDERED, 201)

    async def read(_request: Request) -> Response:
        return JSONResponse(left.pop(0) if len(left) > 1 else left[0])

    health = Health("api", SystemClock())
    health.started = True
    server = HttpServer("127.0.0.1", 0, health)
    await server.start()
    server.mount(
        Starlette(
            routes=[
                Route("/v1/interviews", order, methods=["POST"]),
                Route("/v1/interviews/iv_1", read),
            ]
        )
    )
    yield f"http://127.0.0.1:{server.port}", orders
    await server.stop()


async def test_calls_are_shown_by_what_the_api_tells(
    api: tuple[str, list[dict[str, object]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, orders = api
    monkeypatch.setenv("VIVA_TELEPHONY_TARGET", f"127.0.0.1:{free_port()}")
    app = typer.Typer()
    app.command()(call)
    given = ["+4930123456", "--trunk", "main", "--url", url, "--api-key", "key"]
    done = await asyncio.to_thread(CliRunner().invoke, app, given)
    assert done.exit_code == 0, done.output
    assert orders[0]["candidate"] == {"phone": "+4930123456"}
    assert orders[0]["call"] == {"trunk": "main", "direction": "outbound"}
    told = [line.split(" s  ")[1] for line in done.stderr.splitlines() if " s  " in line]
    assert told == [
        "ready       waiting",
        f"ready       waiting, next at {NEXT} (calls: 1, last: busy)",
        "in_progress talking (calls: 2)",
        "completed   over (calls: 2)",
    ]
    assert json.loads(done.stdout)["status"] == "completed"
