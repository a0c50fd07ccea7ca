"""Sending a candidate the link by e-mail."""

from viva.gateway.application import auditing
from viva.gateway.application.attempts import owned, refuse_erased
from viva.gateway.application.context import Context
from viva.gateway.application.ordering import open_door
from viva.gateway.application.ports import Notifications, Work
from viva.gateway.domain.access import Caller
from viva.gateway.domain.errors import ConflictError, Fault, InvalidInputError
from viva.gateway.domain.notifications import Invitation, Letter


async def invite(
    work: Work,
    context: Context,
    caller: Caller,
    notifications: Notifications,
    *,
    interview_id: str,
    email: str,
    name: str,
) -> Invitation:
    """Sends a link of its own; those that are out stay valid.

    Args:
        email: empty for the address of the candidate.

    Raises:
        InvalidInputError: `email_required`.
        ConflictError: `interview_over`.
    """
    interview = await owned(work, caller, interview_id)
    refuse_erased(interview)
    if not interview.status.joinable:
        raise ConflictError("interview_over", f"The interview is {interview.status} already.")
    candidate = interview.order.candidate
    address = email or candidate.email
    if not address:
        raise InvalidInputError(
            "email_required",
            "Neither the request nor the interview has an e-mail address.",
            (Fault("/email", "missing", "missing"),),
        )
    letter = Letter(
        id=context.ids.new("inv"),
        tenant_id=caller.tenant_id,
        interview_id=interview.id,
        email=address,
        candidate_name=name or candidate.name,
        company_name=interview.order.script.persona.definition.branding.company_name,
        role=interview.order.role,
        join_url=await open_door(work, context, interview),
        expires_at=interview.expires_at,
    )
    await auditing.note(work, context, caller, "interview.invite", interview.id)
    # Before the commit: a link that nobody was sent is harmless, a dead link that was sent is not.
    return await notifications.invite(letter)
