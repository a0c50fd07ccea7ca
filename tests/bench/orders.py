"""How long an order takes: POST /v1/interviews."""

import asyncio
import time

from tests.bench.bench import Bench, ms, percentile
from tests.bench.interview import ORDER
from viva.testkit.api import Api

NUMBER = 300


async def measure(bench: Bench) -> None:
    """One after another, then eight at once."""
    stack = await bench.stack()
    async with stack.api() as api:
        await api.call("POST", "/v1/credits/top-ups", json={"amount": 2 * NUMBER + 100})
        warm = await api.create_interview(**ORDER)
        await api.ready(warm["id"])
        rows = []
        for at_once in (1, 8):
            began = time.monotonic()
            took = await _order(api, at_once)
            rate = NUMBER / (time.monotonic() - began)
            rows.append(
                (at_once, NUMBER, *(ms(percentile(took, at)) for at in (0.5, 0.99)), f"{rate:.0f}")
            )
    bench.table("POST /v1/interviews, ms", ("at once", "number", "p50", "p99", "per second"), rows)


async def _order(api: Api, at_once: int) -> list[float]:
    took: list[float] = []
    left = iter(range(NUMBER))

    async def worker() -> None:
        for _ in left:
            began = time.monotonic()
            await api.create_interview(**ORDER, expires_in_s=600)
            took.append((time.monotonic() - began) * 1000)

    await asyncio.gather(*(worker() for _ in range(at_once)))
    return took
