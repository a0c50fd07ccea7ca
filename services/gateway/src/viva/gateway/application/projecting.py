"""What the session service decided, as customers see it: status, verdict, credits, reviews.

Every handler may be called twice and late: what is behind the interview's state changes nothing.
"""

from dataclasses import dataclass, replace

from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.session.events.v1 import events_pb2 as events
from viva.gateway.application import crediting
from viva.gateway.application.context import Context
from viva.gateway.application.decoding import (
    end_reason,
    record_of,
    stored_object,
    time_of,
    verdict_of,
)
from viva.gateway.application.erasing import erased_at
from viva.gateway.application.ports import BundleStore, Work
from viva.gateway.application.publishing import save_and_publish
from viva.gateway.domain.interview import Failure, Interview, Keeper, Run
from viva.gateway.domain.lifecycle import Status
from viva.gateway.domain.reviews import Review, review_reasons
from viva.platform.errors import InvalidError, NotFoundError
from viva.platform.log import get_logger

_VERDICTS = {
    events.VERDICT_STATUS_COMPLETED: Status.COMPLETED,
    events.VERDICT_STATUS_PARTIAL: Status.PARTIAL,
    events.VERDICT_STATUS_LOW_CONFIDENCE: Status.LOW_CONFIDENCE,
}
_log = get_logger(__name__)


@dataclass(frozen=True)
class Cause:
    """The event behind a change: its id keys the ledger."""

    event_id: str


class Projector:
    """Carries the session service's events into the gateway's tables."""

    def __init__(self, context: Context, bundles: BundleStore) -> None:
        self._context = context
        self._bundles = bundles

    async def prompts_ready(self, work: Work, event: events.PromptsReady) -> None:
        """The candidate may join."""
        interview = await _lock(work, event.interview_id)
        await _move(work, interview, event.attempt, Status.READY)

    async def started(self, work: Work, event: events.InterviewStarted) -> None:
        """The conversation is under way."""
        interview = await _lock(work, event.interview_id)
        at = time_of(event.started_at)
        await _move(work, interview, event.attempt, Status.IN_PROGRESS, started_at=at)

    async def conversation_ended(self, work: Work, event: events.ConversationEnded) -> None:
        """The candidate is gone; the verdict is being made."""
        interview = await _lock(work, event.interview_id)
        await _move(
            work,
            interview,
            event.attempt,
            Status.PROCESSING,
            ended_at=time_of(event.ended_at),
            end_reason=end_reason(event.reason),
        )

    async def completed(self, work: Work, event: events.InterviewCompleted, cause: Cause) -> None:
        """A verdict stands."""
        interview = await _lock(work, event.interview_id)
        status = _VERDICTS[event.status]
        run = _next(interview, event.attempt, status)
        if run is None:
            return
        verdict = verdict_of(event, await self._bundle(event.bundle))
        charged = await crediting.close(
            work,
            self._context,
            interview,
            event.attempt,
            event_id=cause.event_id,
            charge=event.chargeable,
        )
        run = replace(
            run,
            started_at=time_of(event.started_at) or run.started_at,
            ended_at=time_of(event.ended_at) or run.ended_at,
            end_reason=end_reason(event.end_reason) or run.end_reason,
            verdict=verdict,
            recording=stored_object(event.recording),
            bundle=stored_object(event.bundle),
            charged=charged,
        )
        await work.records.add(record_of(event))
        reasons = review_reasons(status, verdict)
        if reasons:
            await work.reviews.add(self._review(interview, run, reasons))
        await self._end(work, interview, run)

    async def failed(self, work: Work, event: events.InterviewFailed, cause: Cause) -> None:
        """No result; nothing is charged."""
        interview = await _lock(work, event.interview_id)
        run = _next(interview, event.attempt, Status.FAILED)
        if run is None:
            return
        run = replace(
            run,
            failure=Failure(event.code, event.detail),
            end_reason=end_reason(event.end_reason) or run.end_reason,
            recording=stored_object(event.recording),
        )
        await self._end_free_of_charge(work, interview, run, cause)

    async def expired(self, work: Work, event: events.InterviewExpired, cause: Cause) -> None:
        """Nobody came in time."""
        interview = await _lock(work, event.interview_id)
        run = _next(interview, event.attempt, Status.EXPIRED)
        if run is not None:
            await self._end_free_of_charge(work, interview, run, cause)

    async def cancelled(self, work: Work, event: events.InterviewCancelled, cause: Cause) -> None:
        """The customer called it off."""
        interview = await _lock(work, event.interview_id)
        run = _next(interview, event.attempt, Status.CANCELLED)
        if run is not None:
            await self._end_free_of_charge(work, interview, run, cause)

    async def reinvited(self, work: Work, event: events.InterviewReinvited, cause: Cause) -> None:
        """A fresh attempt has begun."""
        interview = await _lock(work, event.interview_id)
        if event.attempt <= interview.run.attempt:
            return
        changed = replace(
            interview,
            run=Run(event.attempt),
            requested_attempt=max(interview.requested_attempt, event.attempt),
            cancel_requested=False,
        )
        if not await work.credits.reservation(interview.id):
            # The attempt before ended after this one was asked for, and gave its credit back.
            await crediting.reserve(
                work, self._context, changed, event_id=cause.event_id, even_if_short=True
            )
        await save_and_publish(work, self._context, changed, "interview.reinvited")

    async def reinvite_refused(
        self, work: Work, event: events.InterviewReinviteRefused, cause: Cause
    ) -> None:
        """The attempt before goes on or its result stands."""
        interview = await _lock(work, event.interview_id)
        if event.attempt != interview.requested_attempt or event.attempt <= interview.run.attempt:
            return
        changed = replace(interview, requested_attempt=interview.run.attempt)
        if changed.status.terminal:
            await crediting.close(
                work,
                self._context,
                interview,
                event.attempt,
                event_id=cause.event_id,
                charge=False,
            )
        await save_and_publish(work, self._context, changed, "interview.updated")

    async def erased(self, work: Work, interview_id: str, keeper: Keeper) -> None:
        """Nothing of the interview is left at a service."""
        interview = await _lock(work, interview_id)
        await erased_at(work, self._context, interview, keeper)

    async def _bundle(self, ref: common.ObjectRef) -> common.InterviewBundle:
        bundle = common.InterviewBundle()
        if not ref.key:
            return bundle
        try:
            bundle.ParseFromString(await self._bundles.get(ref.key, ref.sha256))
        except (NotFoundError, InvalidError) as error:
            # The verdict counts more than its list of answers.
            _log.warning("bundle_unreadable", code=error.code)
        return bundle

    def _review(self, interview: Interview, run: Run, reasons: tuple[str, ...]) -> Review:
        return Review(
            id=self._context.ids.new("rev"),
            tenant_id=interview.tenant_id,
            test_mode=interview.test_mode,
            interview_id=interview.id,
            attempt=run.attempt,
            reasons=reasons,
            created_at=self._context.now(),
        )

    async def _end_free_of_charge(
        self, work: Work, interview: Interview, run: Run, cause: Cause
    ) -> None:
        if not _superseded(interview, run):
            await crediting.close(
                work,
                self._context,
                interview,
                run.attempt,
                event_id=cause.event_id,
                charge=False,
            )
        run = replace(run, ended_at=run.ended_at or self._context.now())
        await self._end(work, interview, run)

    async def _end(self, work: Work, interview: Interview, run: Run) -> None:
        if _superseded(interview, run):
            await work.interviews.save(replace(interview, run=run))
            return
        ended = replace(interview, run=run, requested_attempt=run.attempt, cancel_requested=False)
        work.settle(interview.id)
        await save_and_publish(work, self._context, ended, f"interview.{run.status}")


async def _lock(work: Work, interview_id: str) -> Interview:
    interview = await work.interviews.lock(interview_id)
    if interview is None:
        raise NotFoundError(f"no interview {interview_id}", code="interview_unknown")
    return interview


def _superseded(interview: Interview, run: Run) -> bool:
    """Whether a fresh attempt is on its way: it takes over the credit, and nobody is told."""
    return interview.requested_attempt > run.attempt and run.status.renewable


def _next(interview: Interview, attempt: int, status: Status) -> Run | None:
    """Moves the attempt on; None where the event is behind the interview's state."""
    run = interview.run
    if attempt > run.attempt:
        run = Run(attempt)
    if attempt < run.attempt or not run.status.precedes(status):
        return None
    return replace(run, status=status)


async def _move(
    work: Work, interview: Interview, attempt: int, status: Status, **changes: object
) -> None:
    run = _next(interview, attempt, status)
    if run is not None:
        moved = replace(run, **changes)  # type: ignore[arg-type]
        await work.interviews.save(
            replace(
                interview,
                run=moved,
                requested_attempt=max(interview.requested_attempt, attempt),
            )
        )
