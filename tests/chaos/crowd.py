"""Candidates who go through interviews all the while, and customers who order them."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from tests.e2e.interview import CUSTOMER, LONG_PROBLEM
from viva.testkit.api import TERMINAL, Api, ApiError, Json
from viva.testkit.candidate.link import JoinRefusedError
from viva.testkit.candidate.person import Candidate
from viva.testkit.candidate.report import Report
from viva.testkit.candidate.script import Answer, AnswerBook, Say
from viva.testkit.candidate.voice import Voice

T = TypeVar("T")
_PATIENCE_S = 150.0
_TALK_S = 240.0
# The first order waits until its prompts are spoken; the others find them in the cache.
_READY_S = 600.0
_RETRIED = {429, 500, 502, 503, 504}

# Long enough for an overall score: an interview that nothing disturbs is completed, and charged.
ANSWERS: dict[str, Answer] = {"customer": (Say(CUSTOMER),), "problem": (Say(LONG_PROBLEM),)}
ORDER: dict[str, Any] = {
    "role": "Customer support agent",
    "channel": "browser",
    "persona": {"name": "Ava", "greeting": "Hello."},
    "question_set": {
        "name": "Chaos",
        "questions": [
            {
                "id": "customer",
                "text": "Tell me about a customer.",
                "competencies": ["customer_focus", "communication"],
                "max_follow_ups": 0,
            },
            {
                "id": "problem",
                "text": "Tell me about a problem.",
                "competencies": ["problem_solving"],
                "max_follow_ups": 0,
            },
        ],
    },
    "limits": {"grace_s": 20},
}


@dataclass
class Attended:
    """One interview as its customer and its candidate saw it.

    Attributes:
        journal: all that the candidate's microphone captured, PCM16 at 16 kHz.
        trouble: why the candidate could not go on, if so.
    """

    id: str
    join_url: str
    journal: bytearray = field(default_factory=bytearray)
    report: Report = field(default_factory=Report)
    trouble: str = ""
    final: Json = field(default_factory=dict)


class Crowd:
    """Orders interviews and attends them, some at once, until it is told to end.

    Attributes:
        live: how many candidates are in a conversation now.
    """

    def __init__(self, api: Api, voice: Voice, at_once: int) -> None:
        self._api = api
        self._voice = voice
        self._at_once = at_once
        self._ending = asyncio.Event()
        self.attended: list[Attended] = []
        self.talking = asyncio.Event()
        self.live = 0

    def end(self) -> None:
        """No further interviews are ordered."""
        self._ending.set()

    async def run(self, at_least: int) -> None:
        """Goes on until `end`, and until there were `at_least` interviews."""
        async with asyncio.TaskGroup() as group:
            for number in range(self._at_once):
                group.create_task(self._seat(number, at_least))

    async def settle(self, timeout_s: float) -> None:
        """Waits until every interview is over, and reads each as the API tells it."""
        deadline = time.monotonic() + timeout_s
        for one in self.attended:
            one.final = await insisted(lambda one=one: self._api.interview(one.id))
            while one.final["status"] not in TERMINAL and time.monotonic() < deadline:
                await asyncio.sleep(1)
                one.final = await insisted(lambda one=one: self._api.interview(one.id))

    async def _seat(self, number: int, at_least: int) -> None:
        if number:
            await self.talking.wait()
            await asyncio.sleep(3 * number)
        while not self._ending.is_set() or len(self.attended) < at_least:
            await self._interview()

    async def _interview(self) -> None:
        key = str(uuid.uuid4())
        created = await insisted(
            lambda: self._api.call(
                "POST", "/v1/interviews", json=ORDER, headers={"Idempotency-Key": key}
            )
        )
        one = Attended(created["id"], created["join_url"])
        self.attended.append(one)
        await self._until_ready(one)
        candidate = Candidate(
            one.join_url,
            self._voice,
            AnswerBook(pool=(), by_question={key: [said] for key, said in ANSWERS.items()}),
            journal=one.journal,
        )
        one.report = candidate.report
        self.talking.set()
        self.live += 1
        try:
            await insisted(lambda: candidate.run(_TALK_S))
        except (ConnectionError, TimeoutError, JoinRefusedError, ExceptionGroup) as error:
            one.trouble = repr(error)
        finally:
            self.live -= 1

    async def _until_ready(self, one: Attended) -> None:
        deadline = time.monotonic() + _READY_S
        while time.monotonic() < deadline:
            found = await insisted(lambda: self._api.interview(one.id))
            if found["status"] in TERMINAL | {"ready"}:
                return
            await asyncio.sleep(0.5)


async def insisted(call: Callable[[], Awaitable[T]]) -> T:
    """Tries until an answer comes that will not change, as every good client does.

    Raises:
        ApiError, JoinRefusedError: it is refused for good.
        httpx.TransportError: nobody answered for minutes.
    """
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return await call()
        except (ApiError, JoinRefusedError) as error:
            if error.status not in _RETRIED or time.monotonic() > deadline:
                raise
        except (httpx.TransportError, ValueError):
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(0.5)
