"""`make load`: what one core carries, measured; and the figures that capacity.md is made of."""

import argparse
import asyncio
import os
import platform
from contextlib import AsyncExitStack
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.bench import percentile
from tests.load import conversations, requests
from tests.load.capacity import LEVELS, costs, kind, needs
from tests.load.conversations import Step
from tests.load.document import tables
from tests.load.requests import Pace
from viva.audio.models import ModelStore
from viva.audio.speech import Synthesizer
from viva.testkit.candidate.voice import Voice
from viva.testkit.stack import Stack


async def _measure(most: int, clients: int, console: Console) -> tuple[list[Step], list[Pace]]:
    async with AsyncExitStack() as opened:
        stack = Stack(environment={"VIVA_GATEWAY_REQUESTS_PER_MINUTE": "1000000"})
        opened.push_async_callback(asyncio.to_thread, stack.stop)
        await asyncio.to_thread(stack.start)
        api = await opened.enter_async_context(stack.api())
        voice = Voice(lambda: Synthesizer(ModelStore(), threads=2))
        console.print(
            f"{os.cpu_count()} cores ({platform.machine()}), load before: {os.getloadavg()[0]:.1f}"
        )
        steps = await conversations.climb(stack, api, voice, most, console.print)
        _print_steps(steps, console)
        _print_costs(steps, console)
        paces = await requests.climb(stack, api, clients)
        _print_paces(paces, console)
        return steps, paces


def _print_steps(steps: list[Step], console: Console) -> None:
    names = ("at once", "completed", "reply p50", "reply p95", "verdict after", "CPU/live s")
    table = Table(*names, title="live conversations")
    for step in steps:
        cpu_s = sum(step.usage.cpu_s.values())
        p50 = percentile(step.latencies_ms, 0.5)
        table.add_row(
            str(step.at_once),
            str(step.completed),
            f"{p50 or 0:.0f} ms",
            f"{step.p95_ms or 0:.0f} ms",
            f"{step.verdict_s:.0f} s",
            f"{cpu_s / step.live_s:.2f}",
        )
    console.print(table)


def _print_costs(steps: list[Step], console: Console) -> None:
    found = costs(steps)
    levels = [f"cores for {level}" for level in LEVELS]
    table = Table("service", "kind", "CPU s per live s", *levels, title="what each service costs")
    for cost, need in zip(found, needs(found), strict=True):
        cores = [f"{need.cores[level]:.0f}" for level in LEVELS]
        table.add_row(cost.service, kind(cost.service), f"{cost.per_live_s:.4f}", *cores)
    console.print(table)


def _print_paces(paces: list[Pace], console: Console) -> None:
    table = Table("request", "clients", "per s", "p95", "gateway CPU ms", title="API")
    for pace in paces:
        cpu_ms = 1000 * pace.usage.cpu_s.get("gateway", 0.0) / max(1, pace.count)
        table.add_row(
            pace.what,
            str(pace.at_once),
            f"{pace.per_s:.0f}",
            f"{pace.p95_ms:.0f} ms",
            f"{cpu_ms:.1f}",
        )
    console.print(table)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--most", type=int, default=16, help="conversations at once")
    parser.add_argument("--clients", type=int, default=16, help="of the API at once")
    parser.add_argument("--write", type=Path, help="a file for all tables")
    found = parser.parse_args()
    steps, paces = asyncio.run(_measure(found.most, found.clients, Console()))
    if found.write:
        found.write.write_text(tables(steps, paces))


if __name__ == "__main__":
    main()
