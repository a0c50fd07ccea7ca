"""Reviews, overrides and the audit log in PostgreSQL."""

from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from viva.gateway.adapters.documents import from_json, to_json
from viva.gateway.adapters.paging import page
from viva.gateway.adapters.tables import audit_log, overrides, reviews
from viva.gateway.application.ports import Cursor, Page
from viva.gateway.domain.reviews import AuditRecord, Override, Review


class SqlReviews:
    """Reviews with their notes, and overrides."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, review: Review) -> None:
        """Stores a review; a second one of the same attempt is ignored."""
        document = to_json(Review, review)
        document |= {"created_at": review.created_at, "decided_at": review.decided_at}
        await self._session.execute(insert(reviews).values(**document).on_conflict_do_nothing())

    async def lock(self, review_id: str) -> Review | None:
        """Finds a review and holds its row until the commit."""
        statement = select(reviews).where(reviews.c.id == review_id).with_for_update()
        row = (await self._session.execute(statement)).mappings().first()
        return _review(row) if row else None

    async def save(self, review: Review) -> None:
        """Stores a decision and the notes."""
        document = to_json(Review, review)
        await self._session.execute(
            update(reviews)
            .where(reviews.c.id == review.id)
            .values(
                status=document["status"],
                decision=document["decision"],
                decided_by=review.decided_by,
                decided_at=review.decided_at,
                notes=document["notes"],
            )
        )

    async def page(
        self, tenant_id: str, test_mode: bool, status: str, interview_id: str, cursor: Cursor
    ) -> Page[Review]:
        """Lists reviews; empty arguments do not filter."""
        columns = reviews.c
        statement = select(reviews).where(
            columns.tenant_id == tenant_id, columns.test_mode == test_mode
        )
        if status:
            statement = statement.where(columns.status == status)
        if interview_id:
            statement = statement.where(columns.interview_id == interview_id)
        return await page(self._session, statement, columns.id, cursor, _review)

    async def of_interviews(self, interview_ids: Sequence[str]) -> Sequence[Review]:
        """Finds the reviews of interviews, oldest first."""
        statement = select(reviews).where(reviews.c.interview_id.in_(interview_ids))
        rows = (await self._session.execute(statement.order_by(reviews.c.id))).mappings()
        return [_review(row) for row in rows]

    async def add_override(self, override: Override) -> None:
        """Appends an override."""
        document = to_json(Override, override) | {"at": override.at}
        await self._session.execute(insert(overrides).values(**document))

    async def overrides_of(self, interview_ids: Sequence[str]) -> Sequence[Override]:
        """Finds the overrides of interviews, oldest first."""
        statement = select(overrides).where(overrides.c.interview_id.in_(interview_ids))
        rows = (
            await self._session.execute(statement.order_by(overrides.c.at, overrides.c.id))
        ).mappings()
        return [from_json(Override, dict(row)) for row in rows]

    async def forget(self, interview_id: str) -> None:
        """Deletes the reviews and overrides of an interview: people wrote about its candidate."""
        for table in (reviews, overrides):
            await self._session.execute(delete(table).where(table.c.interview_id == interview_id))


class SqlAudit:
    """Who did what."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, record: AuditRecord) -> None:
        """Appends a record."""
        document = to_json(AuditRecord, record) | {"at": record.at}
        await self._session.execute(insert(audit_log).values(**document))

    async def page(self, tenant_id: str, target: str, cursor: Cursor) -> Page[AuditRecord]:
        """Lists records, of one target where one is named."""
        statement = select(audit_log).where(audit_log.c.tenant_id == tenant_id)
        if target:
            statement = statement.where(audit_log.c.target == target)
        return await page(
            self._session,
            statement,
            audit_log.c.id,
            cursor,
            lambda row: from_json(AuditRecord, dict(row)),
        )


def _review(row: RowMapping) -> Review:
    return from_json(Review, dict(row))
