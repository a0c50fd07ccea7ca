"""The API alone: orders and reads a second, more at once with each step."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.bench.bench import percentile
from tests.load.usage import Usage, look
from viva.testkit.api import Api
from viva.testkit.stack import Stack

_LASTS_S = 5.0


@dataclass(frozen=True)
class Pace:
    """One number of clients at once."""

    what: str
    at_once: int
    per_s: float
    p95_ms: float
    usage: Usage
    count: int


async def climb(stack: Stack, api: Api, most: int) -> list[Pace]:
    """Reads, then orders, with 1, 2, 4... clients."""
    created = await api.create_interview(expires_in_s=3600)
    found = []
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "GET /v1/interviews/{id}": lambda: api.interview(created["id"]),
        "POST /v1/interviews": api.create_interview,
    }
    for what, call in calls.items():
        at_once = 1
        while at_once <= most:
            found.append(await _pace(stack, what, call, at_once))
            at_once *= 4
    return found


async def _pace(
    stack: Stack, what: str, call: Callable[[], Awaitable[object]], at_once: int
) -> Pace:
    before, began = look(stack), time.monotonic()
    took_ms: list[float] = []

    async def client() -> None:
        while time.monotonic() - began < _LASTS_S:
            asked = time.monotonic()
            await call()
            took_ms.append((time.monotonic() - asked) * 1000)

    await asyncio.gather(*(client() for _ in range(at_once)))
    lasted_s = time.monotonic() - began
    return Pace(
        what,
        at_once,
        len(took_ms) / lasted_s,
        percentile(took_ms, 0.95) or 0.0,
        look(stack).since(before),
        len(took_ms),
    )
