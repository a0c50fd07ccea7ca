"""What telephony keeps of calls, as a port."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from viva.platform.db import UnitOfWork
from viva.telephony.domain.calls import Call, CallPlan


class OpenUnit(Protocol):
    """Opens a unit of work; commits at its end."""

    def __call__(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """One transaction."""


@dataclass(frozen=True)
class Try:
    """One call as the log keeps it; no number is in it."""

    call_id: str
    interview_id: str
    attempt: int
    number: int
    trunk: str
    inbound: bool
    at: datetime


@dataclass(frozen=True)
class Due:
    """A call that is to be made now."""

    call: Call
    plan: CallPlan
    traceparent: str | None


@dataclass(frozen=True)
class Logged:
    """A try with what became of it."""

    made: Try
    carrier_id: str
    outcome: str
    ended_at: datetime | None


class CallStore(Protocol):
    """Plans, calls and the log of tries. Calls are saved on condition of their version."""

    async def add_plan(self, uow: UnitOfWork, plan: CallPlan) -> None:
        """Stores a plan; a known one is left as it is."""

    async def plan(self, uow: UnitOfWork, interview_id: str) -> CallPlan | None:
        """Reads a plan."""

    async def erase(self, uow: UnitOfWork, interview_id: str) -> None:
        """Deletes the plan, the calls and their log, and publishes that they are gone."""

    async def add(self, uow: UnitOfWork, call: Call, traceparent: str | None) -> bool:
        """Stores a new call; False where it is known."""

    async def load(self, uow: UnitOfWork, interview_id: str, attempt: int) -> Call | None:
        """Reads a call and locks it until the unit of work ends."""

    async def save(self, uow: UnitOfWork, call: Call) -> None:
        """Writes a loaded call, publishes what happened, and wakes whoever dials.

        Raises:
            DomainError: `call_changed`: somebody else wrote it.
        """

    async def due(self, uow: UnitOfWork, now: datetime, limit: int) -> Sequence[Due]:
        """Calls whose time has come, locked until the unit of work ends; those held are skipped."""

    async def lost(self, uow: UnitOfWork, now: datetime) -> Sequence[Due]:
        """Calls that nobody holds any more, locked."""

    async def open_attempt(self, uow: UnitOfWork, interview_id: str) -> Call | None:
        """The newest attempt's call, where it is open; locked."""

    async def expected(self, uow: UnitOfWork, *, number: str = "", code: str = "") -> str | None:
        """The interview that a caller with this number digest or code digest is expected for.

        None where there is none, or more than one open.
        """

    async def note_try(self, uow: UnitOfWork, made: Try) -> None:
        """Logs that a call was ordered, or came in."""

    async def note_carrier(self, uow: UnitOfWork, call_id: str, carrier_id: str) -> None:
        """Logs the carrier's name for it."""

    async def note_end(self, uow: UnitOfWork, call_id: str, outcome: str, at: datetime) -> None:
        """Logs what became of it."""

    async def log(self, uow: UnitOfWork, interview_id: str) -> tuple[Call | None, Sequence[Logged]]:
        """The newest attempt's call as it stands, and all tries, oldest first."""
