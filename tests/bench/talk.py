"""Live conversations: reply latency, sure and unsure turns apart, and what load does to it."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import psutil

from tests.bench.bench import Bench, ms, percent, percentile
from tests.bench.interview import ORDER, TURNS, book
from viva.testkit.candidate.conduct import Conducted, attend, finish
from viva.testkit.candidate.report import Turn
from viva.testkit.stack import Stack

APART_S = 3.0
# Analysis yields to live talk: what many conversations left behind is worked on after them.
VERDICT_S = 900.0


@dataclass(frozen=True)
class Measured:
    """One turn with what the session thought of it; `sure` is None where its log tells nothing."""

    turn: Turn
    sure: bool | None


@dataclass(frozen=True)
class Level:
    """What happened at one number of conversations at once."""

    at_once: int
    turns: list[Measured]
    conducted: list[Conducted]
    cpu: Mapping[str, float]


async def measure_latency(bench: Bench) -> None:
    """At least `turns` turns: a fluent and a hesitant person at once, again and again."""
    rounds = -(-bench.turns // (2 * TURNS))
    turns: list[Measured] = []
    for number in range(rounds):
        bench.console.print(f"[dim]latency: round {number + 1} of {rounds}[/]")
        turns += (await _level(bench, [False, True])).turns
    groups = {
        "all": turns,
        "sure": [found for found in turns if found.sure],
        "unsure": [found for found in turns if found.sure is False],
        "fluent person": [found for found in turns if not found.turn.pauses],
        "hesitant person": [found for found in turns if found.turn.pauses],
    }
    bench.table(
        "Reply latency: last voiced sample to first interviewer sample at the client, ms",
        ("turns", "number", "p50", "p95", "cut off"),
        (_row(name, group) for name, group in groups.items()),
    )
    _verdicts(bench)


async def measure_load(bench: Bench) -> None:
    """The same conversation, more and more of them at once; nobody hesitates."""
    levels = []
    for at_once in bench.levels:
        bench.console.print(f"[dim]load: {at_once} at once[/]")
        levels.append(await _level(bench, [False] * at_once))
        p50, p95 = _percentiles(levels[-1].turns)
        bench.console.print(f"[dim]replies: p50 {p50} ms, p95 {p95} ms[/]")
    bench.table(
        "Conversations at once: reply latency, ms; share of one core per conversation",
        ("at once", "turns", "p50", "p95", "sure p50", "sure p95", "cut off", "CPU each"),
        (
            (
                level.at_once,
                len(level.turns),
                *_percentiles(level.turns),
                *_percentiles(found for found in level.turns if found.sure),
                _cut_off(level.turns),
                f"{100 * sum(level.cpu.values()) / level.at_once:.0f} %",
            )
            for level in levels
        ),
    )
    bench.table(
        "Share of one core by service, all conversations of a level together",
        ("service", *(f"{level.at_once} at once" for level in levels)),
        (
            (name, *(f"{100 * level.cpu[name]:.0f} %" for level in levels))
            for name in sorted(levels[0].cpu)
        ),
    )
    _verdicts(bench)


async def _level(bench: Bench, hesitant: Sequence[bool]) -> Level:
    """One conversation for each person, at once; `hesitant` tells how they speak."""
    stack = await bench.stack()
    at_once = len(hesitant)
    books = [book(hesitant=each) for each in hesitant]
    await bench.render(said for each in books for said in each.all())
    async with stack.api() as api:
        warm = await api.create_interview(**ORDER)
        await api.ready(warm["id"])
        before, began = _cpu(stack), time.monotonic()
        verdicts: list[asyncio.Task[None]] = []

        async def one(number: int) -> Conducted:
            await asyncio.sleep(number * APART_S)
            conducted = Conducted(created=await api.create_interview(**ORDER))
            await api.ready(conducted.id)
            await attend(conducted, bench.voice, books[number], seed=number)
            verdicts.append(asyncio.create_task(finish(conducted, api, VERDICT_S)))
            return conducted

        conducted = await asyncio.gather(*(one(number) for number in range(at_once)))
        lasted = time.monotonic() - began - APART_S * (at_once - 1)
        after = _cpu(stack)
        await asyncio.gather(*verdicts)
    bench.conducted += conducted
    cpu = {name: (after[name] - before.get(name, 0.0)) / lasted for name in after}
    thoughts = _sure_by_question(stack, [each.id for each in conducted])
    turns = [
        Measured(turn, thoughts[each.id].get(turn.question_id))
        for each in conducted
        for turn in each.report.turns
    ]
    return Level(at_once, turns, list(conducted), cpu)


def _row(name: str, turns: list[Measured]) -> tuple[object, ...]:
    return (name, len(turns), *_percentiles(turns), _cut_off(turns))


def _percentiles(turns: Iterable[Measured]) -> tuple[str, str]:
    """Of the turns that were heard out: a cut one has no latency."""
    found = [
        each.turn.latency_ms
        for each in turns
        if each.turn.latency_ms is not None and not each.turn.cut_offs
    ]
    return ms(percentile(found, 0.5)), ms(percentile(found, 0.95))


def _cut_off(turns: list[Measured]) -> str:
    return percent(sum(1 for found in turns if found.turn.cut_offs), len(turns))


def _verdicts(bench: Bench) -> None:
    waits = [each.verdict_after_s for each in bench.conducted]
    statuses = sorted({each.verdict["status"] for each in bench.conducted})
    bench.table(
        "From the hang-up to the verdict, s",
        ("interviews", "p50", "p95", "slowest", "statuses"),
        [
            (
                len(waits),
                *(f"{percentile(waits, share):.1f}" for share in (0.5, 0.95, 1.0)),
                ", ".join(statuses),
            )
        ],
    )


def _cpu(stack: Stack) -> dict[str, float]:
    """Seconds of processor time by service, worker processes included."""
    used = {}
    for name in stack.state()["services"]:
        process = psutil.Process(stack.pid(name))
        parts = [process, *process.children(recursive=True)]
        # With the time of children that have ended: a renderer lives as long as it has work.
        used[name] = sum(sum(part.cpu_times()[:4]) for part in parts)
    return used


def _sure_by_question(stack: Stack, interviews: list[str]) -> dict[str, dict[str, bool]]:
    """Whether the decision that counted was a sure one, by interview and question."""
    found: defaultdict[str, dict[str, bool]] = defaultdict(dict)
    for line in stack.log("session").splitlines():
        if '"turn_taken"' in line:
            entry = json.loads(line)
            if entry.get("interview_id") in interviews:
                found[entry["interview_id"]][f"b{entry['question']}"] = bool(entry["sure"])
    return found
