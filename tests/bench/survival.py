"""Live conversations whose session is killed: for how long nobody conducts them."""

from tests.bench.bench import Bench, percentile
from tests.e2e.interview import book
from tests.e2e.surviving import conduct_with_losses

INTERVIEWS = 4


async def measure(bench: Bench) -> None:
    """kill -9 in the middle of both stories of each interview, one interview after another."""
    stack = await bench.stack()
    await bench.render(book().all())
    dead_air_s: list[float] = []
    statuses: set[str] = set()
    slowest_reply_ms = 0.0
    async with stack.api() as api:
        for number in range(INTERVIEWS):
            bench.console.print(f"[dim]survival: interview {number + 1} of {INTERVIEWS}[/]")
            survived = await conduct_with_losses(stack, api, bench.voice)
            dead_air_s += survived.dead_air_s
            statuses.add(survived.conducted.verdict["status"])
            replies = survived.conducted.report.latencies_ms
            slowest_reply_ms = max(slowest_reply_ms, *replies)
    bench.table(
        "kill -9 of the session in the middle of an answer, another replica beside it",
        ("kills", "dead air p50, s", "p95, s", "slowest", "slowest reply, ms", "statuses"),
        [
            (
                len(dead_air_s),
                *(f"{percentile(dead_air_s, share):.2f}" for share in (0.5, 0.95, 1.0)),
                f"{slowest_reply_ms:.0f}",
                ", ".join(sorted(statuses)),
            )
        ],
    )
