"""Calls in PostgreSQL."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from viva.contracts.telephony.events.v1.events_pb2 import InterviewErased
from viva.platform.db import UnitOfWork
from viva.platform.errors import DomainError
from viva.telephony.adapters.call_mapping import call_of, event_message, plan_of, plan_values
from viva.telephony.adapters.tables import calls, plans, tries
from viva.telephony.application.store import Due, Logged, Try
from viva.telephony.domain.calls import Call, CallPlan, CallState

_OPEN = [state.value for state in CallState if state.open]
_FIELDS = (
    "due_at",
    "made",
    "call_id",
    "trunk",
    "in_doubt",
    "called_back",
    "back_until",
    "answered_at",
    "held_until",
)


class SqlCallStore:
    """The CallStore of the service's own schema.

    Args:
        wake: called after a change that may make a call due.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake

    async def add_plan(self, uow: UnitOfWork, plan: CallPlan) -> None:
        """Stores a plan; a known one is left as it is."""
        await uow.session.execute(insert(plans).values(plan_values(plan)).on_conflict_do_nothing())

    async def plan(self, uow: UnitOfWork, interview_id: str) -> CallPlan | None:
        """Reads a plan."""
        found = select(plans).where(plans.c.interview_id == interview_id)
        row = (await uow.session.execute(found)).mappings().first()
        return plan_of(dict(row)) if row else None

    async def erase(self, uow: UnitOfWork, interview_id: str) -> None:
        """Deletes the plan, the calls and their log, and publishes that they are gone."""
        for table in (plans, calls, tries):
            await uow.session.execute(delete(table).where(table.c.interview_id == interview_id))
        await uow.erase_published(interview_id)
        uow.emit(InterviewErased(interview_id=interview_id), interview_id=interview_id)

    async def add(self, uow: UnitOfWork, call: Call, traceparent: str | None) -> bool:
        """Stores a new call; False where it is known."""
        added = await uow.session.execute(
            insert(calls)
            .values(
                interview_id=call.interview_id,
                attempt=call.attempt,
                version=1,
                traceparent=traceparent,
                **_values(call),
            )
            .on_conflict_do_nothing()
            .returning(calls.c.attempt)
        )
        if added.first() is None:
            return False
        call.version = 1
        self._publish(uow, call)
        return True

    async def load(self, uow: UnitOfWork, interview_id: str, attempt: int) -> Call | None:
        """Reads a call and locks it."""
        found = select(calls).where(
            calls.c.interview_id == interview_id, calls.c.attempt == attempt
        )
        row = (await uow.session.execute(found.with_for_update())).mappings().first()
        return call_of(dict(row)) if row else None

    async def save(self, uow: UnitOfWork, call: Call) -> None:
        """Writes a call on condition of its version."""
        written = await uow.session.execute(
            update(calls)
            .where(
                calls.c.interview_id == call.interview_id,
                calls.c.attempt == call.attempt,
                calls.c.version == call.version,
            )
            .values(version=call.version + 1, **_values(call))
            .returning(calls.c.version)
        )
        if written.first() is None:
            raise DomainError("somebody else changed the call", code="call_changed")
        call.version += 1
        self._publish(uow, call)
        if not call.state.open:
            uow.settle(call.interview_id)

    async def due(self, uow: UnitOfWork, now: datetime, limit: int) -> Sequence[Due]:
        """Calls whose time has come."""
        waiting = calls.c.state == CallState.WAITING.value
        return await self._joined(uow, waiting, calls.c.due_at <= now, limit=limit)

    async def lost(self, uow: UnitOfWork, now: datetime) -> Sequence[Due]:
        """Calls that nobody holds any more."""
        return await self._joined(uow, calls.c.held_until < now, limit=20)

    async def open_attempt(self, uow: UnitOfWork, interview_id: str) -> Call | None:
        """The newest attempt's call, where it is open."""
        found = (
            select(calls)
            .where(calls.c.interview_id == interview_id)
            .order_by(calls.c.attempt.desc())
            .limit(1)
            .with_for_update()
        )
        row = (await uow.session.execute(found)).mappings().first()
        call = call_of(dict(row)) if row else None
        return call if call and call.state.open else None

    async def expected(self, uow: UnitOfWork, *, number: str = "", code: str = "") -> str | None:
        """The interview that a caller is expected for."""
        key = plans.c.number_digest == number if number else plans.c.code_digest == code
        found = (
            select(plans.c.interview_id)
            .join(calls, calls.c.interview_id == plans.c.interview_id)
            .where(key, calls.c.state.in_(_OPEN))
            .distinct()
            .limit(2)
        )
        rows = (await uow.session.execute(found)).scalars().all() if number or code else []
        return rows[0] if len(rows) == 1 else None

    async def note_try(self, uow: UnitOfWork, made: Try) -> None:
        """Logs that a call was ordered, or came in."""
        values = {**vars(made), "carrier_id": "", "outcome": ""}
        await uow.session.execute(insert(tries).values(values))

    async def note_carrier(self, uow: UnitOfWork, call_id: str, carrier_id: str) -> None:
        """Logs the carrier's name for it."""
        await uow.session.execute(
            update(tries).where(tries.c.call_id == call_id).values(carrier_id=carrier_id)
        )

    async def note_end(self, uow: UnitOfWork, call_id: str, outcome: str, at: datetime) -> None:
        """Logs what became of it."""
        await uow.session.execute(
            update(tries)
            .where(tries.c.call_id == call_id, tries.c.outcome == "")
            .values(outcome=outcome, ended_at=at)
        )

    async def log(self, uow: UnitOfWork, interview_id: str) -> tuple[Call | None, Sequence[Logged]]:
        """The newest attempt's call, and all tries."""
        newest = (
            select(calls)
            .where(calls.c.interview_id == interview_id)
            .order_by(calls.c.attempt.desc())
            .limit(1)
        )
        row = (await uow.session.execute(newest)).mappings().first()
        made = select(tries).where(tries.c.interview_id == interview_id).order_by(tries.c.at)
        rows = (await uow.session.execute(made)).mappings().all()
        return (call_of(dict(row)) if row else None), [_logged(row) for row in rows]

    async def _joined(self, uow: UnitOfWork, *where: Any, limit: int) -> Sequence[Due]:
        found = (
            select(calls, plans)
            .join(plans, plans.c.interview_id == calls.c.interview_id)
            .where(*where)
            .order_by(calls.c.due_at)
            .limit(limit)
            .with_for_update(of=calls, skip_locked=True)
        )
        rows = (await uow.session.execute(found)).all()
        return [_due(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name

    def _publish(self, uow: UnitOfWork, call: Call) -> None:
        for event in call.drain():
            uow.emit(event_message(call, event), interview_id=call.interview_id)
        self._wake()


def _values(call: Call) -> dict[str, Any]:
    return {"state": call.state.value} | {name: getattr(call, name) for name in _FIELDS}


def _logged(row: RowMapping) -> Logged:
    own = {name: row[name] for name in Try.__dataclass_fields__}
    return Logged(Try(**own), row["carrier_id"], row["outcome"], row["ended_at"])


def _due(row: RowMapping) -> Due:
    own = {column.name: row[column] for column in calls.columns}
    ordered = {column.name: row[column] for column in plans.columns}
    return Due(call_of(own), plan_of(ordered), own["traceparent"])
