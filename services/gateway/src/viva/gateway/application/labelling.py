"""The customer's own labels of an interview, which alone may change after it was ordered."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from viva.gateway.application import auditing
from viva.gateway.application.attempts import owned, refuse_erased
from viva.gateway.application.context import Context
from viva.gateway.application.ports import Work
from viva.gateway.domain.access import Caller
from viva.gateway.domain.interview import Interview


@dataclass(frozen=True)
class Relabel:
    """New labels; None leaves one as it is."""

    interview_id: str
    external_id: str | None = None
    metadata: Mapping[str, str] | None = None
    tags: tuple[str, ...] | None = None


async def relabel(work: Work, context: Context, caller: Caller, command: Relabel) -> Interview:
    """Replaces labels; events that were published before keep the old ones.

    Raises:
        NotFoundError: no such interview.
    """
    interview = await owned(work, caller, command.interview_id, lock=True)
    refuse_erased(interview)
    order = interview.order
    changed = replace(
        interview,
        order=replace(
            order,
            external_id=order.external_id if command.external_id is None else command.external_id,
            metadata=order.metadata if command.metadata is None else dict(command.metadata),
            tags=order.tags if command.tags is None else command.tags,
        ),
    )
    await work.interviews.relabel(changed)
    await auditing.note(work, context, caller, "interview.update", interview.id)
    return changed
