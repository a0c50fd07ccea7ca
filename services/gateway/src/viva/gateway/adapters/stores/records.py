"""Verdicts byte for byte in PostgreSQL."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from viva.gateway.adapters.tables import verdict_records
from viva.gateway.domain.verdict import VerdictRecord


class SqlVerdictRecords:
    """What verdicts were made of."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, record: VerdictRecord) -> None:
        """Stores a record; a known one is never replaced."""
        await self._session.execute(
            insert(verdict_records)
            .values(
                interview_id=record.interview_id,
                attempt=record.attempt,
                score=record.score,
                assessment=record.assessment,
                sha256=record.sha256,
            )
            .on_conflict_do_nothing()
        )

    async def get(self, interview_id: str, attempt: int) -> VerdictRecord | None:
        """Finds the record of an attempt."""
        columns = verdict_records.c
        statement = select(verdict_records).where(
            columns.interview_id == interview_id, columns.attempt == attempt
        )
        row = (await self._session.execute(statement)).mappings().first()
        return VerdictRecord(**row) if row else None

    async def of(self, interview_ids: Sequence[str]) -> Sequence[VerdictRecord]:
        """Finds the records of interviews, all attempts."""
        columns = verdict_records.c
        statement = select(verdict_records).where(columns.interview_id.in_(interview_ids))
        rows = (await self._session.execute(statement)).mappings()
        return [VerdictRecord(**row) for row in rows]

    async def forget(self, interview_id: str) -> None:
        """Deletes the records of all attempts."""
        await self._session.execute(
            delete(verdict_records).where(verdict_records.c.interview_id == interview_id)
        )
