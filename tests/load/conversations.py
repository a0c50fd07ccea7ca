"""Live conversations, more at once with each step: their cost, and where replies become late."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.bench.bench import percentile
from tests.bench.talk import APART_S
from tests.e2e.interview import CUSTOMER, LONG_PROBLEM
from tests.load.usage import Usage, look
from viva.testkit.api import Api
from viva.testkit.candidate.conduct import Conducted, attend, finish
from viva.testkit.candidate.script import Answer, AnswerBook, Say
from viva.testkit.candidate.voice import Voice
from viva.testkit.stack import Stack

# Beyond what a turn that the model is unsure of waits on purpose.
_LATE_MS = 3000.0
_IDLE_S = 10.0
_WHOLE = {"completed"}
ANSWERS: dict[str, Answer] = {"customer": (Say(CUSTOMER),), "problem": (Say(LONG_PROBLEM),)}
ORDER: dict[str, Any] = {
    "persona": {"name": "Ava", "greeting": "Hello, and welcome."},
    "question_set": {
        "name": "Load",
        "questions": [
            {
                "id": name,
                "text": text,
                "competencies": ["customer_focus", "communication", "problem_solving"],
                "max_follow_ups": 0,
            }
            for name, text in (
                ("customer", "Tell me about a customer whom you helped."),
                ("problem", "Tell me about a problem that you solved."),
            )
        ],
    },
}


@dataclass(frozen=True)
class Step:
    """One number of conversations at once.

    Attributes:
        live_s: seconds of conversation, all together.
        usage: CPU from the first word to the last verdict, less what idling takes.
        spoken_s: seconds of answers.
        verdict_s: from hang-up to verdict, the longest.
    """

    at_once: int
    live_s: float
    spoken_s: float
    answers: int
    completed: int
    latencies_ms: list[float]
    usage: Usage
    verdict_s: float

    @property
    def p95_ms(self) -> float | None:
        """Of the replies' latencies."""
        return percentile(self.latencies_ms, 0.95)

    @property
    def late(self) -> bool:
        """Whether replies come later than people bear, or interviews do not end whole."""
        return self.completed < self.at_once or (self.p95_ms or 0) > _LATE_MS


async def climb(
    stack: Stack, api: Api, voice: Voice, most: int, say: Callable[[str], None]
) -> list[Step]:
    """Doubles the conversations until they are late, or `most` is reached."""
    await asyncio.to_thread(voice.prepare, ANSWERS.values())
    await _warm(api)
    before = look(stack)
    await asyncio.sleep(_IDLE_S)
    idle = look(stack).since(before)
    steps: list[Step] = []
    at_once = 1
    while at_once <= most and not (steps and steps[-1].late):
        steps.append(await _step(stack, api, voice, at_once, idle))
        last = steps[-1]
        say(f"{at_once} at once: p95 {last.p95_ms or 0:.0f} ms, {last.completed} completed")
        at_once *= 2
    return steps


async def _warm(api: Api) -> None:
    """Renders the prompts once, so that no step pays for them."""
    created = await api.create_interview(**ORDER)
    await api.ready(created["id"])
    await api.call("POST", f"/v1/interviews/{created['id']}/cancel", json={"reason": "warm-up"})


async def _step(stack: Stack, api: Api, voice: Voice, at_once: int, idle: Usage) -> Step:
    ordered = [Conducted(await api.create_interview(**ORDER)) for _ in range(at_once)]
    for one in ordered:
        await api.ready(one.id)
    before, began = look(stack), time.monotonic()
    lasted = await asyncio.gather(
        *(_talk(one, voice, api, number * APART_S) for number, one in enumerate(ordered))
    )
    answers = [answer for one in ordered for answer in one.verdict.get("answers", [])]
    return Step(
        at_once,
        sum(lasted),
        sum(voice_s(voice) for _ in ordered),
        len(answers),
        sum(one.verdict["status"] in _WHOLE for one in ordered),
        [ms for one in ordered for ms in one.report.latencies_ms],
        look(stack).since(before).less(idle, (time.monotonic() - began) / _IDLE_S),
        max(one.verdict_after_s for one in ordered),
    )


def voice_s(voice: Voice) -> float:
    """Seconds of speech in one candidate's answers."""
    said = [piece for answer in ANSWERS.values() for piece in answer if isinstance(piece, Say)]
    return sum(len(voice.render(piece)) for piece in said) / 16_000


async def _talk(one: Conducted, voice: Voice, api: Api, later_s: float) -> float:
    # Nobody ends an answer in the same moment as everybody else.
    await asyncio.sleep(later_s)
    began = time.monotonic()
    book = AnswerBook(pool=(), by_question={key: [said] for key, said in ANSWERS.items()})
    await attend(one, voice, book, timeout_s=300)
    lasted_s = time.monotonic() - began
    await finish(one, api, 240)
    return lasted_s
