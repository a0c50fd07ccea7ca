"""`python -m tests.bench`: measures a whole Viva and prints tables."""

import argparse
import asyncio
import os
import time
from collections.abc import Awaitable, Callable

from rich.console import Console

from tests.bench import analysis, curve, echo, orders, phone, speed, survival, talk
from tests.bench.bench import Bench, open_bench

PARTS: dict[str, Callable[[Bench], Awaitable[None]]] = {
    "speed": speed.measure,
    "cutoffs": curve.measure,
    "orders": orders.measure,
    "analysis": analysis.measure,
    "latency": talk.measure_latency,
    "load": talk.measure_load,
    "echo": echo.measure,
    "survival": survival.measure,
    "phone": phone.measure,
}


def main() -> None:
    """Runs the parts that are wanted, one after another."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", default="", help=f"some of: {','.join(PARTS)}")
    parser.add_argument("--turns", type=int, default=60, help="of the latency table, at least")
    parser.add_argument("--levels", default="1,4,8", help="conversations at once")
    given = parser.parse_args()
    wanted = [name for name in given.only.split(",") if name] or list(PARTS)
    unknown = set(wanted) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    levels = tuple(int(level) for level in given.levels.split(","))
    asyncio.run(_run(wanted, given.turns, levels))


async def _run(wanted: list[str], turns: int, levels: tuple[int, ...]) -> None:
    console = Console(highlight=False)
    load = os.getloadavg()[0]
    console.print(f"{os.cpu_count()} cores; load before {load:.1f}")
    if load > 0.5 * (os.cpu_count() or 1):
        console.print("[yellow]This machine is busy: the figures will be too high.[/]")
    async with open_bench(console, turns, levels, by_phone="phone" in wanted) as bench:
        for name in wanted:
            began = time.monotonic()
            await PARTS[name](bench)
            console.print(f"[dim]{name}: {time.monotonic() - began:.0f} s[/]\n")


main()
