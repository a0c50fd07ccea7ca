"""Takes an interview's candidate out of what notification keeps."""

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from viva.notification.application.records import DeliveryRow, InterviewRow, InvitationRow
from viva.notification.domain.delivery import DeliveryStatus

ERASED = "interview.erased"


async def erase(session: AsyncSession, interview_id: str) -> None:
    """Empties deliveries, ends those under way, and deletes invitations with their addresses.

    The log of what was delivered when stays; its bodies do not. The webhook that tells of the
    erasure itself names nobody and goes out.
    """
    told = (DeliveryRow.interview_id == interview_id, DeliveryRow.event_type != ERASED)
    await session.execute(update(DeliveryRow).where(*told).values(body=b""))
    await session.execute(
        update(DeliveryRow)
        .where(*told, DeliveryRow.status == DeliveryStatus.PENDING)
        .values(status=DeliveryStatus.DEAD, next_try_at=None)
    )
    await session.execute(delete(InvitationRow).where(InvitationRow.interview_id == interview_id))
    await session.execute(
        update(InterviewRow).where(InterviewRow.interview_id == interview_id).values(erased=True)
    )
