"""Demographics in PostgreSQL: a table of their own, read by the bias audit alone."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from viva.gateway.adapters.tables import demographics, interviews
from viva.gateway.domain.bias_audit import UNKNOWN, Demographics, Sampled
from viva.gateway.domain.lifecycle import Status

_WITH_RESULT = [status.value for status in Status if status.has_result]


class SqlDemographics:
    """What employers told for the audit."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def known(
        self, tenant_id: str, test_mode: bool, interview_ids: Sequence[str]
    ) -> frozenset[str]:
        """Which of the interviews are the tenant's."""
        columns = interviews.c
        rows = await self._session.execute(
            select(columns.id).where(
                columns.id.in_(interview_ids),
                columns.tenant_id == tenant_id,
                columns.test_mode == test_mode,
            )
        )
        return frozenset(row.id for row in rows)

    async def put(self, tenant_id: str, records: Sequence[Demographics]) -> None:
        """Stores them, each in place of the one before."""
        rows = [
            {
                "interview_id": record.interview_id,
                "tenant_id": tenant_id,
                "sex": record.sex,
                "race": record.race,
                "selected": record.selected,
            }
            for record in records
        ]
        statement = insert(demographics).values(rows)
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["interview_id"],
                set_={name: statement.excluded[name] for name in ("sex", "race", "selected")},
            )
        )

    async def delete(self, tenant_id: str, interview_id: str) -> None:
        """Deletes one."""
        columns = demographics.c
        await self._session.execute(
            delete(demographics).where(
                columns.tenant_id == tenant_id, columns.interview_id == interview_id
            )
        )

    async def of(self, tenant_id: str, interview_ids: Sequence[str]) -> Sequence[Demographics]:
        """What is known of the candidates of these interviews."""
        columns = demographics.c
        rows = await self._session.execute(
            select(demographics).where(
                columns.tenant_id == tenant_id, columns.interview_id.in_(interview_ids)
            )
        )
        return [Demographics(row.interview_id, row.sex, row.race, row.selected) for row in rows]

    async def sample(
        self,
        tenant_id: str,
        test_mode: bool,
        created_from: datetime | None,
        created_before: datetime | None,
    ) -> Sequence[Sampled]:
        """Every interview with a result, with what is known of its candidate."""
        columns, told = interviews.c, demographics.c
        statement = (
            select(
                columns.run["verdict"]["overall"].label("score"),
                told.sex,
                told.race,
                told.selected,
            )
            .select_from(interviews.outerjoin(demographics, columns.id == told.interview_id))
            .where(
                columns.tenant_id == tenant_id,
                columns.test_mode == test_mode,
                columns.status.in_(_WITH_RESULT),
            )
        )
        if created_from:
            statement = statement.where(columns.created_at >= created_from)
        if created_before:
            statement = statement.where(columns.created_at < created_before)
        rows = await self._session.execute(statement)
        return [
            Sampled(row.score, row.sex or UNKNOWN, row.race or UNKNOWN, row.selected)
            for row in rows
        ]
