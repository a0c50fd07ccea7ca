"""What telephony tells of calls, as customers see it in the interview's document.

Nothing of it decides anything: session does that, and nothing changes a document with an outcome.
"""

from collections.abc import Callable
from dataclasses import replace

from viva.contracts.telephony.events.v1 import events_pb2 as events
from viva.gateway.application.decoding import time_of
from viva.gateway.application.ports import Work
from viva.gateway.domain.calls import CallProgress
from viva.gateway.domain.interview import Run
from viva.platform.errors import NotFoundError

_OUTCOMES: dict[int, str] = {
    events.CALL_FAILURE_NO_TRUNK: "no_trunk",
    events.CALL_FAILURE_BUSY: "busy",
    events.CALL_FAILURE_NO_ANSWER: "no_answer",
    events.CALL_FAILURE_VOICEMAIL: "voicemail",
    events.CALL_FAILURE_REJECTED: "rejected",
    events.CALL_FAILURE_NETWORK: "network",
    events.CALL_FAILURE_DROPPED: "dropped",
    events.CALL_FAILURE_NUMBER: "number_forbidden",
    events.CALL_FAILURE_EXPIRED: "expired",
}


async def answered(work: Work, event: events.CallAnswered) -> None:
    """Somebody is on the line."""
    await _change(work, event.interview_id, event.attempt, lambda c: c.answered(event.call))


async def postponed(work: Work, event: events.CallPostponed) -> None:
    """The candidate is called again."""
    at = time_of(event.next_call_at)
    outcome = _outcome(event.failure)
    if at is not None:
        await _change(
            work, event.interview_id, event.attempt, lambda c: c.postponed(event.call, outcome, at)
        )


async def ended(work: Work, event: events.CallEnded) -> None:
    """The call is over, and with it the conversation."""
    await _change(work, event.interview_id, event.attempt, lambda c: c.ended())


async def failed(work: Work, event: events.CallFailed) -> None:
    """Nobody is called any more."""
    outcome = _outcome(event.failure)
    await _change(work, event.interview_id, event.attempt, lambda c: c.failed(outcome))


def _outcome(failure: int) -> str:
    return _OUTCOMES.get(failure, "failed")


async def _change(
    work: Work, interview_id: str, attempt: int, change: Callable[[CallProgress], CallProgress]
) -> None:
    interview = await work.interviews.lock(interview_id)
    if interview is None:
        raise NotFoundError(f"no interview {interview_id}", code="interview_unknown")
    run = interview.run if attempt <= interview.run.attempt else Run(attempt)
    if attempt < run.attempt or run.status.terminal:
        return
    requested = max(interview.requested_attempt, attempt)
    run = replace(run, calls=change(run.calls))
    await work.interviews.save(replace(interview, run=run, requested_attempt=requested))
