"""Stored work and wake-ups in PostgreSQL."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from viva.platform.clock import Clock
from viva.platform.db import UnitOfWork
from viva.session.adapters.tables import jobs
from viva.session.application.lifecycle_ports import ClaimedJob, Job, Wakeups


class SqlJobStore:
    """The JobStore of the service's own schema."""

    def __init__(self, clock: Clock, wakeups: Wakeups) -> None:
        self._clock = clock
        self._wakeups = wakeups

    async def add(self, uow: UnitOfWork, kind: Job, interview_id: str, attempt: int) -> None:
        """Stores a job and, at commit, wakes whoever works on its kind. Known jobs are kept."""
        await uow.session.execute(
            insert(jobs)
            .values(
                kind=kind.value,
                interview_id=interview_id,
                attempt=attempt,
                due_at=self._clock.now(),
                tries=0,
            )
            .on_conflict_do_nothing()
        )
        await self._wakeups.wake(uow, kind, interview_id)

    async def claim(
        self, uow: UnitOfWork, kind: Job, now: datetime, hold: timedelta
    ) -> ClaimedJob | None:
        """Takes the oldest job that nobody holds."""
        free = (
            select(jobs.c.interview_id, jobs.c.attempt)
            .where(jobs.c.kind == kind.value, jobs.c.due_at <= now)
            .order_by(jobs.c.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = (await uow.session.execute(free)).first()
        if row is None:
            return None
        claimed = (
            update(jobs)
            .where(_is(kind, row.interview_id, row.attempt))
            .values(due_at=now + hold, tries=jobs.c.tries + 1)
            .returning(jobs.c.tries)
        )
        tries = (await uow.session.execute(claimed)).scalar_one()
        return ClaimedJob(kind, row.interview_id, row.attempt, tries)

    async def extend(self, uow: UnitOfWork, job: ClaimedJob, until: datetime) -> None:
        """Holds a job for longer, or sets when it is due again."""
        await uow.session.execute(
            update(jobs).where(_is(job.kind, job.interview_id, job.attempt)).values(due_at=until)
        )

    async def finish(self, uow: UnitOfWork, job: ClaimedJob) -> None:
        """Removes a job that is done."""
        await uow.session.execute(delete(jobs).where(_is(job.kind, job.interview_id, job.attempt)))

    async def pending(self, uow: UnitOfWork, kind: Job, interview_id: str, attempt: int) -> bool:
        """Whether a job is still to be done."""
        statement = select(exists().where(_is(kind, interview_id, attempt)))
        return (await uow.session.execute(statement)).scalar_one()


def _is(kind: Job, interview_id: str, attempt: int) -> ColumnElement[bool]:
    return and_(
        jobs.c.kind == kind.value, jobs.c.interview_id == interview_id, jobs.c.attempt == attempt
    )
