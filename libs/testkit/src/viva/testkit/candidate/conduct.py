"""One whole interview by API and simulated candidate: create, join, talk, wait for the verdict."""

import time
from dataclasses import dataclass, field
from typing import Any

from viva.testkit.api import Api, Json
from viva.testkit.candidate.person import Candidate, Habits, Listener
from viva.testkit.candidate.report import Report
from viva.testkit.candidate.script import AnswerBook
from viva.testkit.candidate.voice import Voice


# Its text would be megabytes long, and asyncio writes one for each task that is waited for.
@dataclass(repr=False)
class Conducted:
    """What an interview brought.

    Attributes:
        created: the API's answer to the order.
        verdict: the interview as it stood when it was over.
        verdict_after_s: from the hang-up to the verdict.
    """

    created: Json = field(default_factory=dict)
    report: Report = field(default_factory=Report)
    verdict: Json = field(default_factory=dict)
    verdict_after_s: float = 0.0

    @property
    def id(self) -> str:
        """The interview's id."""
        return str(self.created["id"])

    @property
    def answers(self) -> dict[str, Json]:
        """The verdict's answers by question."""
        return {answer["question_id"]: answer for answer in self.verdict["answers"]}


async def conduct(
    api: Api,
    voice: Voice,
    *,
    book: AnswerBook,
    habits: Habits | None = None,
    listen: Listener = lambda _who, _text: None,
    seed: int = 0,
    timeout_s: float = 900,
    **order: Any,
) -> Conducted:
    """Conducts an interview from its order to its verdict.

    Args:
        order: fields of `POST /v1/interviews`.

    Raises:
        ApiError: the order is refused.
        TimeoutError: it hangs somewhere.
    """
    conducted = Conducted(created=await api.create_interview(**order))
    await api.ready(conducted.id)
    await attend(conducted, voice, book, habits, listen, seed=seed, timeout_s=timeout_s)
    await finish(conducted, api)
    return conducted


async def attend(
    conducted: Conducted,
    voice: Voice,
    book: AnswerBook,
    habits: Habits | None = None,
    listen: Listener = lambda _who, _text: None,
    *,
    seed: int = 0,
    timeout_s: float = 900,
) -> None:
    """Goes through a ready interview as the candidate.

    Raises:
        JoinRefusedError: the link does not open.
        TimeoutError: the interview does not end.
    """
    candidate = Candidate(
        conducted.created["join_url"], voice, book, habits or Habits(), listen=listen, seed=seed
    )
    conducted.report = candidate.report
    await candidate.run(timeout_s)


async def finish(conducted: Conducted, api: Api, timeout_s: float = 180) -> None:
    """Waits for the verdict and notes how long it took.

    Raises:
        TimeoutError: it does not come.
    """
    conducted.verdict = await api.verdict(conducted.id, timeout_s)
    # On the telephone the verdict may be there before the line is let go.
    ended_at = conducted.report.ended_at or time.time()
    conducted.verdict_after_s = max(0.0, time.time() - ended_at)
