"""Live conversations whose session dies or freezes: for how long nobody conducts them."""

from typing import Any

from tests.bench.bench import Bench, percentile
from tests.e2e.interview import book
from tests.e2e.surviving import conduct_with_losses, freeze_owner, thaw

KILLED, FROZEN = 3, 2


async def measure(bench: Bench) -> None:
    """Loses the session in the middle of both stories of each interview, one after another."""
    await bench.stack()
    await bench.render(book().all())
    rows = [
        await _lose(bench, "kill -9", KILLED, {}),
        await _lose(bench, "SIGSTOP", FROZEN, {"lose": freeze_owner, "restore": thaw}),
    ]
    bench.table(
        "the session that conducts is lost in the middle of an answer, another replica beside it",
        (
            *("lost by", "times", "dead air p50, s", "p95, s", "slowest"),
            *("slowest reply, ms", "statuses"),
        ),
        rows,
    )


async def _lose(bench: Bench, how: str, interviews: int, means: dict[str, Any]) -> list[object]:
    stack = await bench.stack()
    dead_air_s: list[float] = []
    statuses: set[str] = set()
    replies_ms: list[float] = []
    async with stack.api() as api:
        for number in range(interviews):
            bench.console.print(f"[dim]survival: {how}, interview {number + 1} of {interviews}[/]")
            survived = await conduct_with_losses(stack, api, bench.voice, **means)
            dead_air_s += survived.dead_air_s
            found = ", ".join(f"{each:.2f}" for each in survived.dead_air_s)
            bench.console.print(f"[dim]survival: dead air {found} s[/]")
            statuses.add(survived.conducted.verdict["status"])
            replies_ms += survived.conducted.report.latencies_ms
    shares = (percentile(dead_air_s, share) for share in (0.5, 0.95, 1.0))
    spread = [f"{value or 0:.2f}" for value in shares]
    slowest = f"{max(replies_ms, default=0):.0f}"
    return [how, len(dead_air_s), *spread, slowest, ", ".join(sorted(statuses))]
