"""Cancelling an interview and inviting anew: asked for here, decided by the session service."""

from dataclasses import dataclass, replace
from datetime import datetime

from viva.gateway.application import auditing, crediting, encoding
from viva.gateway.application.context import Context
from viva.gateway.application.ordering import Ordered, open_door
from viva.gateway.application.ports import Work
from viva.gateway.domain.access import Caller
from viva.gateway.domain.errors import (
    ConflictError,
    Fault,
    GoneError,
    InvalidInputError,
    NotFoundError,
)
from viva.gateway.domain.interview import Interview
from viva.gateway.domain.lifecycle import Status


@dataclass(frozen=True)
class Reinvite:
    """A fresh link for a fresh attempt; the links before it die at once."""

    interview_id: str
    expires_at: datetime | None = None


async def owned(work: Work, caller: Caller, interview_id: str, *, lock: bool = False) -> Interview:
    """Finds an interview of the caller's tenant and mode.

    Raises:
        NotFoundError: it does not exist, or belongs to somebody else.
    """
    find = work.interviews.lock if lock else work.interviews.get
    interview = await find(interview_id)
    if (
        interview is None
        or interview.tenant_id != caller.tenant_id
        or interview.test_mode != caller.test_mode
    ):
        raise NotFoundError("interview_unknown", f"There is no interview '{interview_id}'.")
    return interview


def refuse_erased(interview: Interview) -> None:
    """Lets a request pass that needs what an erasure deletes.

    Raises:
        GoneError: `interview_erased`.
    """
    if interview.erasure is not None:
        raise GoneError("interview_erased", "The candidate's data were erased on request.")


async def cancel(
    work: Work, context: Context, caller: Caller, interview_id: str, reason: str
) -> Interview:
    """Asks for the end of an interview; asking again changes nothing.

    Raises:
        ConflictError: `interview_over`.
    """
    interview = await owned(work, caller, interview_id, lock=True)
    if interview.cancel_requested or interview.status is Status.CANCELLED:
        return interview
    if interview.status.terminal or interview.status is Status.PROCESSING:
        raise ConflictError("interview_over", f"The interview is {interview.status} already.")
    changed = replace(interview, cancel_requested=True)
    await work.interviews.save(changed)
    await auditing.note(work, context, caller, "interview.cancel", interview_id)
    work.emit(encoding.cancel_requested(changed, reason), interview_id=interview_id)
    return changed


async def reinvite(work: Work, context: Context, caller: Caller, command: Reinvite) -> Ordered:
    """Opens a fresh door and closes those before it.

    Raises:
        ConflictError: `not_reinvitable`; it is under way, or a result stands.
        InsufficientCreditsError: the attempt before gave its credit back, and there is none.
    """
    interview = await owned(work, caller, command.interview_id, lock=True)
    if not interview.status.renewable or interview.cancel_requested:
        raise ConflictError(
            "not_reinvitable",
            f"The interview is {interview.status}; only one that has not begun, or has ended "
            "without a result, can be attempted anew.",
        )
    now = context.now()
    expires_at = command.expires_at or now + context.policy.link_lifetime
    if not now < expires_at <= now + context.policy.longest_lifetime:
        raise InvalidInputError(
            "expiry_invalid", "The expiry is out of range.", (Fault("/expires_at", "out of range"),)
        )
    changed = replace(
        interview, requested_attempt=interview.requested_attempt + 1, expires_at=expires_at
    )
    await work.doors.replace_links(interview.id)
    join_url = await open_door(work, context, changed)
    await work.interviews.save(changed)
    if not await work.credits.reservation(interview.id):
        event_id = f"{interview.id}:{changed.requested_attempt}:reserve"
        await crediting.reserve(work, context, changed, event_id=event_id)
    await auditing.note(work, context, caller, "interview.reinvite", interview.id)
    work.emit(encoding.reinvite_requested(changed), interview_id=interview.id)
    return Ordered(changed, join_url)
