"""Live conversations whose session or gateway dies or freezes: for how long they stand still."""

import asyncio
import socket
from dataclasses import dataclass, field

from tests.bench.bench import Bench, percentile
from tests.bench.ingress import opened_ingress
from tests.bench.pairs import Gateways, Pair, Sessions
from tests.e2e.interview import ORDER, book
from tests.e2e.surviving import conduct_with_losses, freeze_owner, thaw
from viva.testkit.candidate.conduct import Conducted, attend, finish
from viva.testkit.events import eventually

AT_ONCE = 6
ROUNDS = 2
FROZEN = 2
# So long both replicas conduct before the next one is lost.
APART_S = 3.0
VERDICT_S = 600.0


@dataclass
class Lost:
    """What losing replicas did.

    Attributes:
        dead_air_s: of each conversation and loss: until the client was taken on again.
    """

    losses: int = 0
    dead_air_s: list[float] = field(default_factory=list)
    conducted: list[Conducted] = field(default_factory=list)


async def measure(bench: Bench) -> None:
    """Loses the busier of two replicas again and again while conversations go on."""
    stack = await bench.stack()
    await bench.render(book().all())
    rows = [
        _row("session, kill -9", await killed(bench, Sessions(stack), "session")),
        _row("gateway, kill -9", await killed_gateways(bench)),
        _row("session, SIGSTOP", await frozen(bench)),
    ]
    bench.table(
        "a replica is lost, another one beside it: until the client was taken on again",
        (
            *("lost", "losses", "conversations hit", "dead air p50, s", "p95, s", "slowest"),
            *("slowest reply, ms", "statuses"),
        ),
        rows,
    )


async def killed_gateways(bench: Bench) -> Lost:
    """The same with two gateways behind a front."""
    stack, port = await bench.stack(), _free_port()
    async with opened_ingress([stack.ports["gateway"][0], port]) as ingress:
        gateways = Gateways(stack, ingress, port)
        try:
            return await killed(bench, gateways, "gateway", ingress.url)
        finally:
            await asyncio.to_thread(gateways.end)


async def killed(bench: Bench, pair: Pair, what: str, url: str = "") -> Lost:
    """Kills the busier of a pair while conversations go on; candidates come to `url`."""
    lost, stack = Lost(), await bench.stack()
    for number in range(ROUNDS):
        bench.console.print(f"[dim]survival: {what}, round {number + 1} of {ROUNDS}[/]")
        before = len(lost.dead_air_s)
        await _round(bench, pair, lost, url)
        found = ", ".join(f"{each:.2f}" for each in lost.dead_air_s[before:])
        bench.console.print(f"[dim]survival: dead air {found} s[/]")
    async with stack.api() as api:
        await asyncio.gather(*(finish(each, api, VERDICT_S) for each in lost.conducted))
    return lost


async def frozen(bench: Bench) -> Lost:
    """Freezes the session in the middle of an answer, one interview after another."""
    lost, stack = Lost(), await bench.stack()
    async with stack.api() as api:
        for number in range(FROZEN):
            bench.console.print(f"[dim]survival: freezing, interview {number + 1} of {FROZEN}[/]")
            found = await conduct_with_losses(stack, api, bench.voice, freeze_owner, restore=thaw)
            lost.losses += len(found.dead_air_s)
            lost.dead_air_s += found.dead_air_s
            lost.conducted.append(found.conducted)
    return lost


def _row(what: str, lost: Lost) -> list[object]:
    shares = (percentile(lost.dead_air_s, share) for share in (0.5, 0.95, 1.0))
    replies_ms = [ms for each in lost.conducted for ms in each.report.latencies_ms]
    statuses = sorted({each.verdict["status"] for each in lost.conducted})
    return [
        *(what, lost.losses, len(lost.dead_air_s)),
        *(f"{value or 0:.2f}" for value in shares),
        *(f"{max(replies_ms, default=0):.0f}", ", ".join(statuses)),
    ]


async def _round(bench: Bench, pair: Pair, lost: Lost, url: str) -> None:
    stack = await bench.stack()
    await pair.whole()
    async with stack.api() as api, asyncio.TaskGroup() as group:
        crowd = [Conducted(await api.create_interview(**ORDER)) for _ in range(AT_ONCE)]
        for each in crowd:
            await api.ready(each.id)
            if url:
                each.created["join_url"] = each.created["join_url"].replace(stack.url, url)
            group.create_task(attend(each, bench.voice, book()))
        await eventually(lambda: _all_attached(crowd), timeout_s=120)
        while all(not each.report.ended_at for each in crowd):
            await _lose(pair, crowd, lost)
            await pair.whole()
            await asyncio.sleep(APART_S)
    lost.conducted += crowd


async def _all_attached(crowd: list[Conducted]) -> bool:
    return all(each.report.attached_at for each in crowd)


async def _lose(pair: Pair, crowd: list[Conducted], lost: Lost) -> None:
    """Loses one replica and waits until every conversation that it had goes on, or is over."""
    known = [len(each.report.attached_at) for each in crowd]
    lost_at, hit = await pair.lose()

    def again() -> list[float]:
        return [
            each.report.attached_at[count] - lost_at
            for each, count in zip(crowd, known, strict=True)
            if len(each.report.attached_at) > count
        ]

    async def all_again() -> bool:
        over = sum(1 for each in crowd if each.report.ended_at)
        return len(again()) + over >= hit

    await eventually(all_again, timeout_s=120, every_s=0.02)
    lost.losses += 1
    lost.dead_air_s += again()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
