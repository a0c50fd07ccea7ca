"""The same interview by browser, by carrier and by SIP: how fast replies are, what it scores."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

import psutil

from tests.bench.bench import Bench, ms, percentile
from tests.e2e.interview import CUSTOMER, LONG_PROBLEM, MORE, ORDER, book
from tests.e2e.phones import MAIN, SIP
from viva.testkit.api import Api
from viva.testkit.candidate.conduct import Conducted, attend, finish
from viva.testkit.candidate.script import AnswerBook, Say
from viva.testkit.phone.ear import Ear, interviewer_says
from viva.testkit.phone.person import HELLO, PARDON, YES, PhoneCandidate
from viva.testkit.stack import Stack

LONGEST_S = 400
LOOK_EVERY_S = 0.5
ASKED = interviewer_says(ORDER["question_set"]["questions"])


def answers() -> AnswerBook:
    """What is said, whichever way."""
    return book(customer=(Say(f"{CUSTOMER} {MORE}"),), problem=(Say(LONG_PROBLEM),))


async def measure(bench: Bench) -> None:
    """One after another, so that each has the machine for itself."""
    stack = await bench.stack()
    await bench.render([(HELLO,), (YES,), (PARDON,), *answers().all()])
    ear = await asyncio.to_thread(Ear.knowing, bench.interviewer, ASKED)
    rows, scores = [], []
    async with stack.api() as api:
        for trunk, name in (("", "browser"), (MAIN, "phone, carrier stream"), (SIP, "phone, SIP")):
            talk = _by_phone(bench, api, trunk, ear) if trunk else _by_browser(bench, api)
            conducted, cpu = await _with_cost(stack, talk)
            rows.append((*_row(name, conducted), f"{100 * cpu:.1f}"))
            scores.append(conducted.verdict["overall_score"])
    bench.table(
        "The same answers, whichever way",
        (
            *("way", "status", "replies p50 ms", "longest", "verdict after s", "score", "fluency"),
            "telephony, % of a core",
        ),
        rows,
    )
    if None not in scores:
        bench.console.print(f"scores differ by {max(scores) - min(scores)} (goal: 3 at most)")


async def _with_cost(stack: Stack, talk: Coroutine[Any, Any, Conducted]) -> tuple[Conducted, float]:
    """The interview, and the cores that telephony took from the order to the hang-up."""
    telephony = psutil.Process(stack.pid("telephony"))
    taken: list[tuple[float, float]] = []

    async def look() -> None:
        while True:
            processes = [telephony, *telephony.children(recursive=True)]
            taken.append((time.time(), sum(sum(each.cpu_times()[:2]) for each in processes)))
            await asyncio.sleep(LOOK_EVERY_S)

    looking = asyncio.create_task(look())
    try:
        conducted = await talk
    finally:
        looking.cancel()
    live = [each for each in taken if each[0] <= (conducted.report.ended_at or time.time())]
    (began, before), (ended, after) = live[0], live[-1]
    return conducted, (after - before) / max(ended - began, LOOK_EVERY_S)


def _row(name: str, each: Conducted) -> tuple[object, ...]:
    latencies = each.report.latencies_ms
    return (
        name,
        each.verdict["status"],
        ms(percentile(latencies, 0.5)),
        ms(percentile(latencies, 1.0)),
        f"{each.verdict_after_s:.1f}" if each.report.ended_at else None,
        each.verdict["overall_score"],
        each.verdict["language"]["fluency"] if each.verdict["language"] else None,
    )


async def _by_browser(bench: Bench, api: Api) -> Conducted:
    conducted = Conducted(await api.create_interview(**ORDER))
    await api.ready(conducted.id)
    await attend(conducted, bench.voice, answers())
    await finish(conducted, api)
    return conducted


async def _by_phone(bench: Bench, api: Api, trunk: str, ear: Ear) -> Conducted:
    assert bench.phones is not None
    said = answers().by_question
    person = PhoneCandidate(bench.voice, {key: given[0] for key, given in said.items()}, ear)
    number = bench.phones.add(person.pick_up)
    order = ORDER | {"channel": "phone", "candidate": {"phone": number}, "call": {"trunk": trunk}}
    conducted = Conducted(await api.create_interview(**order), person.report)
    async with asyncio.timeout(LONGEST_S):
        await finish(conducted, api, LONGEST_S)
    return conducted
