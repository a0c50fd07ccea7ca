"""The tables of deploy/docs/capacity.md, written from one measurement."""

import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from tests.bench.bench import percentile
from tests.load import capacity
from tests.load.capacity import LEVELS
from tests.load.conversations import Step
from tests.load.requests import Pace


def tables(steps: Sequence[Step], paces: Sequence[Pace]) -> str:
    """All that was measured; what it means stands in deploy/docs/capacity.md."""
    cores = f"{os.cpu_count()} cores, {platform.machine()}"
    when = f"{datetime.now(UTC):%Y-%m-%d}, load of the machine {os.getloadavg()[0]:.1f}"
    parts = [f"Measured on {cores} ({when}), all services, broker and database on it.\n"]
    parts += ["## Live conversations", _steps(steps), "## Each service", _costs(steps)]
    parts += ["## Answers", _answers(steps), "## API", _paces(paces)]
    parts += ["## Partitions, replicas, connections", _rest(steps)]
    return "\n".join(parts)


def _steps(steps: Sequence[Step]) -> str:
    head = ("at once", "completed", "reply p50 ms", "reply p95 ms", "CPU s a live s", "verdict s")
    return _table(
        head,
        (
            (
                step.at_once,
                step.completed,
                f"{percentile(step.latencies_ms, 0.5) or 0:.0f}",
                f"{step.p95_ms or 0:.0f}",
                f"{sum(step.usage.cpu_s.values()) / step.live_s:.2f}",
                f"{step.verdict_s:.0f}",
            )
            for step in steps
        ),
    )


def _costs(steps: Sequence[Step]) -> str:
    found = capacity.costs(steps)
    rows: list[tuple[object, ...]] = [
        (
            cost.service,
            f"{cost.per_live_s:.4f}",
            *(f"{need.cores[level]:.0f}" for level in LEVELS),
        )
        for cost, need in zip(found, capacity.needs(found), strict=True)
    ]
    sums = [sum(need.cores[level] for need in capacity.needs(found)) for level in LEVELS]
    rows.append(("all", f"{sum(x.per_live_s for x in found):.4f}", *(f"{x:.0f}" for x in sums)))
    return _table(("service", "CPU s a live s", *(f"cores for {n}" for n in LEVELS)), rows)


def _answers(steps: Sequence[Step]) -> str:
    head = ("stage", "CPU s an answer", "answers a minute a core")
    rows = [
        (stage, f"{cost_s:.2f}", f"{60 * capacity.FILLED['batch'] / cost_s:.0f}")
        for stage, cost_s in capacity.answer_costs(steps).items()
    ]
    return _table(head, rows)


def _rest(steps: Sequence[Step]) -> str:
    head = (
        *("live", "partitions", "session replicas", "gateway replicas"),
        *("pooled connections", "direct connections"),
    )
    gateway = next(cost for cost in capacity.costs(steps) if cost.service == "gateway")
    rows = []
    for live in LEVELS:
        count = capacity.replicas(live, gateway)
        connections = capacity.connections(count)
        partitions = capacity.partitions(steps[0], live)
        rows.append((live, partitions, count["session"], count["gateway"], *connections))
    return _table(head, rows)


def _paces(paces: Sequence[Pace]) -> str:
    head = ("request", "clients", "a second", "p95 ms", "gateway CPU ms each")
    return _table(
        head,
        (
            (
                f"`{pace.what}`",
                pace.at_once,
                f"{pace.per_s:.0f}",
                f"{pace.p95_ms:.0f}",
                f"{1000 * pace.usage.cpu_s.get('gateway', 0.0) / max(1, pace.count):.1f}",
            )
            for pace in paces
        ),
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines) + "\n"
