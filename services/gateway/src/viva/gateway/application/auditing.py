"""Who read or changed what, written in the transaction of the change."""

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
