"""Open speakers: the interviewer's voice comes back; it must neither interrupt nor be a person."""

import asyncio

from tests.bench.bench import Bench
from tests.bench.interview import ORDER, book
from viva.testkit.candidate.conduct import Conducted, conduct
from viva.testkit.candidate.person import Habits
from viva.testkit.candidate.script import Behaviour

DELAYS_MS = (50, 180, 400)


async def measure(bench: Bench) -> None:
    """One conversation for each delay of the echo, all at once."""
    stack = await bench.stack()
    await bench.render(book(hesitant=False).all())
    async with stack.api() as api:

        async def one(delay_ms: int) -> Conducted:
            habits = Habits(Behaviour.OPEN_SPEAKERS, echo_delay_ms=delay_ms)
            return await conduct(
                api, bench.voice, book=book(hesitant=False), habits=habits, **ORDER
            )

        conducted = await asyncio.gather(*(one(delay) for delay in DELAYS_MS))
    bench.table(
        "Open speakers, clocks 200 ppm apart",
        ("echo after, ms", "turns", "stopped itself", "cut off", "second speaker", "status"),
        (
            (
                delay,
                len(each.report.turns),
                each.report.interrupted_itself,
                each.report.cut_offs,
                each.verdict["fraud_signals"]["multiple_speakers"],
                each.verdict["status"],
            )
            for delay, each in zip(DELAYS_MS, conducted, strict=True)
        ),
    )
