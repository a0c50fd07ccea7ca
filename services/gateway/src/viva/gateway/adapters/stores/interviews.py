"""Interviews in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Select, insert, null, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from viva.gateway.adapters.documents import from_json, to_json
from viva.gateway.adapters.paging import page
from viva.gateway.adapters.tables import interviews
from viva.gateway.application.ports import Cursor, InterviewFilter, Page
from viva.gateway.domain.interview import Erasure, Interview, Order, Run
from viva.platform.sealing import Sealer, is_sealed


class SqlInterviews:
    """The interviews of all tenants.

    Args:
        sealer: seals telephone numbers at rest; without one none can be ordered.
    """

    def __init__(self, session: AsyncSession, sealer: Sealer | None = None) -> None:
        self._session = session
        self._sealer = sealer

    async def add(self, interview: Interview) -> None:
        """Stores a new interview."""
        order = interview.order
        await self._session.execute(
            insert(interviews).values(
                id=interview.id,
                tenant_id=interview.tenant_id,
                test_mode=interview.test_mode,
                created_at=interview.created_at,
                **_labelled(self._sealed(order, interview.id)),
                **_changing(interview),
            )
        )

    async def get(self, interview_id: str) -> Interview | None:
        """Finds an interview whoever owns it."""
        return await self._one(select(interviews).where(interviews.c.id == interview_id))

    async def of(self, tenant_id: str, interview_ids: Sequence[str]) -> Sequence[Interview]:
        """Finds a tenant's interviews."""
        columns = interviews.c
        statement = select(interviews).where(
            columns.tenant_id == tenant_id, columns.id.in_(interview_ids)
        )
        rows = (await self._session.execute(statement)).mappings()
        return [self._read(row) for row in rows]

    async def lock(self, interview_id: str) -> Interview | None:
        """Finds an interview and holds its row until the commit."""
        found = select(interviews).where(interviews.c.id == interview_id).with_for_update()
        return await self._one(found)

    async def save(self, interview: Interview) -> None:
        """Stores what changed; the row must be locked."""
        await self._session.execute(
            update(interviews).where(interviews.c.id == interview.id).values(**_changing(interview))
        )

    async def relabel(self, interview: Interview) -> None:
        """Stores the customer's own labels; the row must be locked."""
        await self._session.execute(
            update(interviews)
            .where(interviews.c.id == interview.id)
            .values(**_labelled(self._sealed(interview.order, interview.id)))
        )

    async def page(self, where: InterviewFilter, cursor: Cursor) -> Page[Interview]:
        """Lists interviews."""
        statement = _filtered(where)
        return await page(self._session, statement, interviews.c.id, cursor, self._read)

    async def _one(self, statement: Select[tuple[object, ...]]) -> Interview | None:
        row = (await self._session.execute(statement)).mappings().first()
        return self._read(row) if row else None

    def _sealed(self, order: Order, owner: str) -> Order:
        phone = order.candidate.phone
        if not phone or self._sealer is None:
            return order
        sealed = self._sealer.seal(phone, owner)
        return replace(order, candidate=replace(order.candidate, phone=sealed))

    def _opened(self, order: Order, owner: str) -> Order:
        phone = order.candidate.phone
        if not is_sealed(phone):
            return order
        opened = self._sealer.open(phone, owner) if self._sealer else ""
        return replace(order, candidate=replace(order.candidate, phone=opened))

    def _read(self, row: RowMapping) -> Interview:
        return Interview(
            id=row["id"],
            tenant_id=row["tenant_id"],
            test_mode=row["test_mode"],
            order=self._opened(from_json(Order, row["ordered"]), row["id"]),
            created_at=row["created_at"],
            expires_at=row["expires_at"],
            run=from_json(Run, row["run"]),
            requested_attempt=row["requested_attempt"],
            cancel_requested=row["cancel_requested"],
            changes=row["changes"],
            erasure=from_json(Erasure, row["erasure"]) if row["erasure"] else None,
        )


def _labelled(order: Order) -> dict[str, object]:
    return {
        "external_id": order.external_id,
        "metadata": dict(order.metadata),
        "tags": list(order.tags),
        "ordered": to_json(Order, order),
    }


def _changing(interview: Interview) -> dict[str, object]:
    return {
        "status": interview.status.value,
        "expires_at": interview.expires_at,
        "requested_attempt": interview.requested_attempt,
        "cancel_requested": interview.cancel_requested,
        "changes": interview.changes,
        "run": to_json(Run, interview.run),
        "erasure": to_json(Erasure, interview.erasure) if interview.erasure else null(),
    }


def _filtered(where: InterviewFilter) -> Select[tuple[object, ...]]:
    columns = interviews.c
    statement = select(interviews).where(
        columns.tenant_id == where.tenant_id, columns.test_mode == where.test_mode
    )
    if where.statuses:
        statement = statement.where(columns.status.in_(where.statuses))
    if where.external_id:
        statement = statement.where(columns.external_id == where.external_id)
    if where.metadata:
        statement = statement.where(columns.metadata.contains(dict(where.metadata)))
    if where.tag:
        statement = statement.where(columns.tags.contains([where.tag]))
    if where.created_from:
        statement = statement.where(columns.created_at >= where.created_from)
    if where.created_before:
        statement = statement.where(columns.created_at < where.created_before)
    return statement
