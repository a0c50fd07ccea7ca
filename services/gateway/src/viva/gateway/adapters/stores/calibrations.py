"""Ratings, calibrations and the versions of vacancies in PostgreSQL."""

from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from viva.gateway.adapters.documents import from_json, to_json
from viva.gateway.adapters.paging import page
from viva.gateway.adapters.tables import calibrations, ratings, vacancies
from viva.gateway.application.ports import Cursor, Page
from viva.gateway.domain.calibration import Calibration, Rating

# PostgreSQL takes 32767 values a statement; a row has seven.
_ROWS = 4000


class SqlRatings:
    """What people say of past interviews."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def put(self, tenant_id: str, framework_id: str, given: Sequence[Rating]) -> None:
        """Stores them, each in place of the same person's before."""
        rows = [
            {
                "framework_id": framework_id,
                "tenant_id": tenant_id,
                "interview_id": one.interview_id,
                "competency": one.competency,
                "rater": one.rater,
                "level": one.level,
                "blind": one.blind,
            }
            for one in given
        ]
        for first in range(0, len(rows), _ROWS):
            statement = insert(ratings).values(rows[first : first + _ROWS])
            await self._session.execute(
                statement.on_conflict_do_update(
                    index_elements=["framework_id", "interview_id", "competency", "rater"],
                    set_={name: statement.excluded[name] for name in ("level", "blind")},
                )
            )

    async def of(self, framework_id: str) -> Sequence[Rating]:
        """All of a framework, in a fixed order."""
        columns = ratings.c
        rows = await self._session.execute(
            select(ratings)
            .where(columns.framework_id == framework_id)
            .order_by(columns.competency, columns.interview_id, columns.rater)
        )
        return [
            Rating(row.interview_id, row.competency, row.rater, row.level, row.blind)
            for row in rows
        ]

    async def forget(self, interview_id: str) -> None:
        """Deletes those of an interview: people wrote about its candidate."""
        await self._session.execute(delete(ratings).where(ratings.c.interview_id == interview_id))


class SqlCalibrations:
    """Fits and what became of them."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, found: Calibration) -> None:
        """Stores a new one."""
        await self._session.execute(
            insert(calibrations).values(
                id=found.id,
                tenant_id=found.tenant_id,
                framework_id=found.framework_id,
                created_at=found.created_at,
                activated_version=found.activated_version,
                body=to_json(Calibration, found),
            )
        )

    async def lock(self, framework_id: str, calibration_id: str) -> Calibration | None:
        """Finds one of a framework and holds its row until the commit."""
        columns = calibrations.c
        statement = (
            select(columns.body)
            .where(columns.id == calibration_id, columns.framework_id == framework_id)
            .with_for_update()
        )
        row = (await self._session.execute(statement)).first()
        return from_json(Calibration, row.body) if row else None

    async def save(self, found: Calibration) -> None:
        """Stores that it was activated."""
        await self._session.execute(
            update(calibrations)
            .where(calibrations.c.id == found.id)
            .values(activated_version=found.activated_version, body=to_json(Calibration, found))
        )

    async def page(self, framework_id: str, cursor: Cursor) -> Page[Calibration]:
        """Lists those of a framework."""
        statement = select(calibrations).where(calibrations.c.framework_id == framework_id)
        return await page(
            self._session,
            statement,
            calibrations.c.id,
            cursor,
            lambda row: from_json(Calibration, row["body"]),
        )


class SqlVacancies:
    """One version of one framework for each vacancy: that of its first interview."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def pin(
        self, tenant_id: str, test_mode: bool, vacancy: str, framework_id: str, version: int
    ) -> tuple[str, int]:
        """Holds a vacancy to a version; gives the one that it is held to."""
        columns = vacancies.c
        await self._session.execute(
            insert(vacancies)
            .values(
                tenant_id=tenant_id,
                test_mode=test_mode,
                vacancy=vacancy,
                framework_id=framework_id,
                framework_version=version,
            )
            .on_conflict_do_nothing()
        )
        rows = await self._session.execute(
            select(columns.framework_id, columns.framework_version).where(
                columns.tenant_id == tenant_id,
                columns.test_mode == test_mode,
                columns.vacancy == vacancy,
            )
        )
        held = rows.one()
        return held.framework_id, held.framework_version
