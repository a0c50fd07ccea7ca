"""The unit of work on PostgreSQL: the gateway's stores over one transaction of the platform."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from google.protobuf.message import Message

from viva.gateway.adapters.stores.calibrations import SqlCalibrations, SqlRatings, SqlVacancies
from viva.gateway.adapters.stores.credits import SqlCredits
from viva.gateway.adapters.stores.demographics import SqlDemographics
from viva.gateway.adapters.stores.doors import SqlDoors
from viva.gateway.adapters.stores.idempotency import SqlIdempotency
from viva.gateway.adapters.stores.interviews import SqlInterviews
from viva.gateway.adapters.stores.keys import SqlKeys
from viva.gateway.adapters.stores.library import SqlLibrary
from viva.gateway.adapters.stores.people import SqlAudit, SqlReviews
from viva.gateway.adapters.stores.records import SqlVerdictRecords
from viva.gateway.application.ports import OpenWork, Work
from viva.platform.db import Database, UnitOfWork
from viva.platform.sealing import Sealer

RESULTS_TOPIC = "interview.results.v1"


class SqlWork:
    """The stores of one transaction."""

    def __init__(self, unit: UnitOfWork, sealer: Sealer | None = None) -> None:
        self._unit = unit
        session = unit.session
        self.interviews = SqlInterviews(session, sealer)
        self.doors = SqlDoors(session)
        self.library = SqlLibrary(session)
        self.credits = SqlCredits(session)
        self.keys = SqlKeys(session)
        self.reviews = SqlReviews(session)
        self.audit = SqlAudit(session)
        self.demographics = SqlDemographics(session)
        self.records = SqlVerdictRecords(session)
        self.ratings = SqlRatings(session)
        self.calibrations = SqlCalibrations(session)
        self.vacancies = SqlVacancies(session)
        self.idempotency = SqlIdempotency(session)

    def emit(self, message: Message, *, interview_id: str) -> None:
        """Publishes an internal event with the commit."""
        self._unit.emit(message, interview_id=interview_id)

    def publish(self, event_type: str, data: dict[str, Any], *, interview_id: str) -> None:
        """Publishes on the public topic with the commit."""
        self._unit.emit_json(RESULTS_TOPIC, event_type, data, interview_id=interview_id)

    async def erase_published(self, interview_id: str) -> None:
        """Deletes what was published of the interview from the gateway's own tables."""
        await self._unit.erase_published(interview_id)

    def settle(self, interview_id: str) -> None:
        """Notes that what was published of the interview so far need not be repeated."""
        self._unit.settle(interview_id)


def open_work(database: Database, sealer: Sealer | None = None) -> OpenWork:
    """Makes the factory of units of work; with a sealer, numbers are stored sealed."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Work]:
        async with database.unit_of_work() as unit:
            yield SqlWork(unit, sealer)

    return opened
