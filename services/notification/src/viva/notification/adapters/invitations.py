"""Invitations in the database."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from viva.notification.application.records import PENDING, InvitationRow


async def create_invitation(session: AsyncSession, row: InvitationRow) -> InvitationRow:
    """Keeps an invitation that is to be sent; a known id gives what is there."""
    values = {column.name: getattr(row, column.name) for column in InvitationRow.__table__.columns}
    await session.execute(insert(InvitationRow).values(**values).on_conflict_do_nothing())
    return await session.get_one(InvitationRow, row.id)


async def list_invitations(
    session: AsyncSession, tenant_id: str, interview_id: str
) -> list[InvitationRow]:
    """Lists the invitations of an interview, the oldest first."""
    query = select(InvitationRow).where(
        InvitationRow.tenant_id == tenant_id, InvitationRow.interview_id == interview_id
    )
    return list(await session.scalars(query.order_by(InvitationRow.created_at, InvitationRow.id)))


async def claim_due(session: AsyncSession, now: datetime) -> InvitationRow | None:
    """Locks one invitation that is due, until the transaction ends."""
    query = (
        select(InvitationRow)
        .where(InvitationRow.status == PENDING, InvitationRow.next_try_at <= now)
        .order_by(InvitationRow.next_try_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return await session.scalar(query)
