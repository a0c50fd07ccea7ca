"""The same interview by browser, by carrier and by SIP: how fast replies are, what it scores."""

import asyncio

from tests.bench.bench import Bench, ms, percentile
from tests.e2e.interview import CUSTOMER, LONG_PROBLEM, MORE, ORDER, book
from tests.e2e.phones import MAIN, SIP
from viva.testkit.api import Api
from viva.testkit.candidate.conduct import Conducted, attend, finish
from viva.testkit.candidate.script import AnswerBook, Say
from viva.testkit.phone.ear import Ear, interviewer_says
from viva.testkit.phone.person import HELLO, PARDON, YES, PhoneCandidate

LONGEST_S = 400
ASKED = interviewer_says(ORDER["question_set"]["questions"])


def answers() -> AnswerBook:
    """What is said, whichever way."""
    return book(customer=(Say(f"{CUSTOMER} {MORE}"),), problem=(Say(LONG_PROBLEM),))


async def measure(bench: Bench) -> None:
    """One after another, so that each has the machine for itself."""
    stack = await bench.stack()
    await bench.render([(HELLO,), (YES,), (PARDON,), *answers().all()])
    ear = await asyncio.to_thread(Ear.knowing, bench.interviewer, ASKED)
    async with stack.api() as api:
        found = {"browser": await _by_browser(bench, api)}
        for trunk, name in ((MAIN, "phone, carrier stream"), (SIP, "phone, SIP")):
            found[name] = await _by_phone(bench, api, trunk, ear)
    scores = [each.verdict["overall_score"] for each in found.values()]
    bench.table(
        "The same answers, whichever way",
        ("way", "status", "replies p50 ms", "longest", "verdict after s", "score", "fluency"),
        [_row(name, each) for name, each in found.items()],
    )
    if None not in scores:
        bench.console.print(f"scores differ by {max(scores) - min(scores)} (goal: 3 at most)")


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
