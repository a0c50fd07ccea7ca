"""Forgetting a candidate: here at once, and at the other services, which are waited for.

What stays is a tombstone: the id, when it was, what it cost, and that it was erased.
"""

from dataclasses import replace

from viva.gateway.application import auditing, encoding
from viva.gateway.application.attempts import owned
from viva.gateway.application.context import Context
from viva.gateway.application.ports import Work
from viva.gateway.application.publishing import save_and_publish
from viva.gateway.domain.access import Caller
from viva.gateway.domain.errors import ConflictError
from viva.gateway.domain.interview import (
    Candidate,
    Channel,
    Erasure,
    Interview,
    Keeper,
    Order,
    Run,
)
from viva.gateway.domain.lifecycle import Status
from viva.platform.log import get_logger

_log = get_logger(__name__)


async def erase(work: Work, context: Context, caller: Caller, interview_id: str) -> Interview:
    """Erases an interview that is over; asking again changes nothing.

    Raises:
        ConflictError: `interview_not_over`; it is to be cancelled first.
    """
    interview = await owned(work, caller, interview_id, lock=True)
    if interview.erasure is not None:
        return interview
    if not interview.status.terminal:
        raise ConflictError(
            "interview_not_over", f"The interview is {interview.status}: cancel it first."
        )
    await _forget(work, interview, caller.tenant_id)
    await auditing.note(work, context, caller, "interview.erase", interview_id)
    work.emit(encoding.erasure_requested(interview), interview_id=interview_id)
    return await save_and_publish(work, context, _tombstone(interview, context), "interview.erased")


async def erased_at(work: Work, context: Context, interview: Interview, keeper: Keeper) -> None:
    """A service says that nothing is left there; the last one completes the erasure."""
    erasure = interview.erasure
    if erasure is None or keeper not in erasure.outstanding:
        return
    left = tuple(one for one in erasure.outstanding if one is not keeper)
    now = context.now()
    changed = replace(
        interview,
        erasure=replace(erasure, outstanding=left, completed_at=None if left else now),
    )
    await work.erase_published(interview.id)
    if left:
        await work.interviews.save(changed)
        return
    work.settle(interview.id)
    took_s = (now - erasure.requested_at).total_seconds()
    _log.info("erasure_completed", interview_id=interview.id, took_s=round(took_s, 1))
    await save_and_publish(work, context, changed, "interview.updated")


async def _forget(work: Work, interview: Interview, tenant_id: str) -> None:
    await work.doors.replace_links(interview.id)
    await work.reviews.forget(interview.id)
    await work.records.forget(interview.id)
    await work.ratings.forget(interview.id)
    await work.demographics.delete(tenant_id, interview.id)
    await work.erase_published(interview.id)
    await work.interviews.relabel(replace(interview, order=_nameless(interview.order)))


def _nameless(order: Order) -> Order:
    """The order without what may name the candidate."""
    return replace(
        order, candidate=Candidate(), external_id="", metadata={}, tags=(), webhook_url=""
    )


def _tombstone(interview: Interview, context: Context) -> Interview:
    order, run = interview.order, interview.run
    keepers = [Keeper.SESSION, Keeper.NOTIFICATION]
    if order.channel is Channel.PHONE:
        keepers.append(Keeper.TELEPHONY)
    return replace(
        interview,
        order=_nameless(order),
        run=Run(
            run.attempt,
            Status.ERASED,
            started_at=run.started_at,
            ended_at=run.ended_at,
            charged=run.charged,
        ),
        requested_attempt=run.attempt,
        erasure=Erasure(context.now(), tuple(keepers)),
    )
