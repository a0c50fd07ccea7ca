"""Who read or changed what, written in the transaction of the change."""

from collections.abc import Sequence

from viva.gateway.application.context import Context
from viva.gateway.application.ports import Work
from viva.gateway.domain.access import Caller
from viva.gateway.domain.reviews import AuditRecord


async def note(
    work: Work, context: Context, caller: Caller, action: str, target: str, **details: str
) -> None:
    """Appends to the audit log.

    Args:
        action: for example `interview.read`.
        target: the id of what was read or changed.
        details: no personal data.
    """
    await work.audit.add(
        AuditRecord(
            id=context.ids.new("aud"),
            tenant_id=caller.tenant_id,
            at=context.now(),
            action=action,
            key_id=caller.key_id,
            key_name=caller.key_name,
            target=target,
            request_id=caller.request_id,
            details=details,
        )
    )


async def note_list(
    work: Work,
    context: Context,
    caller: Caller,
    action: str,
    target: str,
    ids: Sequence[str],
    **filters: str,
) -> None:
    """Appends one record of a list that was read: its filters, and which part of it.

    Args:
        target: what was listed, or the one id that all of it belongs to.
        ids: of what the page holds, in its order.
        filters: no personal data; empty ones are left out.
    """
    details = {name: value for name, value in filters.items() if value}
    details["count"] = str(len(ids))
    if ids:
        details |= {"first": ids[0], "last": ids[-1]}
    await note(work, context, caller, action, target, **details)
