"""deploy/docs/capacity.md, written from one measurement."""

import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from tests.bench.bench import percentile
from tests.load import capacity
from tests.load.capacity import CONVERSATIONS, FILLED, LEVELS
from tests.load.conversations import Step
from tests.load.requests import Pace

_HEAD = """# Capacity

Written by `make load LOAD="--write deploy/docs/capacity.md"`: measure on your own machines.
What is measured is CPU seconds of each service for a second of live conversation, over whole
interviews (prompts rendered before, answers analysed to the verdict), less what idling takes.
Cores are that, over how far a core may be filled before waits grow: {live:.0%} for what a candidate
waits for, {batch:.0%} for the rest.
"""
_FIRST = """
## What gives way first
1. **Cores of asr and session.** Live recognition and the end-of-turn model decide how many
   conversations a core carries. It shows in `viva_model_queue_duration_seconds`, then in replies.
2. **Database connections**: each session replica ({conversations} conversations) keeps a pool; a
   `max_connections` of 100 is used up at about a hundred live interviews. Put PgBouncer before the
   pools (`VIVA_DATABASE_POOLER_URL`); direct connections stay, for LISTEN and advisory locks.
3. **Partitions**: replicas beyond their number idle. It is the catalogue's, alike for all topics;
   raise it before the first interview, because keys keep their order only while it stays.
4. **One PostgreSQL primary** takes the writes of all checkpoints. Beyond about a thousand live
   interviews run several installations behind one name, each with its own database and topics.
   The column for 10,000 is arithmetic, not a test.
"""


def page(steps: Sequence[Step], paces: Sequence[Pace]) -> str:
    """The whole page."""
    cores = f"{os.cpu_count()} cores, {platform.machine()}"
    when = f"{datetime.now(UTC):%Y-%m-%d}, load of the machine {os.getloadavg()[0]:.1f}"
    parts = [_HEAD.format(live=FILLED["live"], batch=FILLED["batch"])]
    parts += [f"Measured on {cores} ({when}), all services, broker and database on it.\n"]
    parts += ["## Live conversations", _steps(steps), "## Each service", _costs(steps)]
    parts += ["## Partitions, replicas, connections", _rest(steps), "## API", _paces(paces)]
    return "\n".join(parts) + _FIRST.format(conversations=CONVERSATIONS)


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


def _rest(steps: Sequence[Step]) -> str:
    head = ("live", "partitions", "session replicas", "pooled connections", "direct connections")
    rows = []
    for live in LEVELS:
        pooled, direct = capacity.connections(live)
        count = capacity.partitions(steps[0], live)
        rows.append((live, count, capacity.replicas(live)["session"], pooled, direct))
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
