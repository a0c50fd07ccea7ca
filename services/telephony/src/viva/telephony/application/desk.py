"""What others ask of telephony: a plan, a call, its end. Part of the caller's unit of work."""

from dataclasses import replace

from viva.platform.clock import Clock
from viva.platform.db import UnitOfWork
from viva.platform.log import get_logger
from viva.platform.sealing import Sealer
from viva.platform.telemetry import current_traceparent
from viva.telephony.application.store import CallStore
from viva.telephony.domain.call_events import Failure
from viva.telephony.domain.calls import Call, CallPlan
from viva.telephony.domain.errors import NumberForbiddenError, NumberInvalidError
from viva.telephony.domain.numbers import PhoneNumber
from viva.telephony.domain.prefixes import DiallingRules

PURPOSE = "phone"
_SEAL_BROKEN = "the number cannot be opened: see VIVA_SEALING_KEYS"

log = get_logger(__name__)


class NumberBook:
    """Opens sealed numbers, checks them, and finds callers by a keyed fingerprint."""

    def __init__(self, sealer: Sealer | None, rules: DiallingRules) -> None:
        self._sealer = sealer
        self._rules = rules

    def open(self, plan: CallPlan) -> PhoneNumber:
        """The number of a plan, allowed to be called.

        Raises:
            NumberInvalidError, NumberForbiddenError: it cannot or may not be called.
            InvalidError: the seal is broken.
        """
        if self._sealer is None:
            raise NumberInvalidError(_SEAL_BROKEN)
        number = PhoneNumber(self._sealer.open(plan.sealed_number, plan.interview_id))
        self._rules.check(number)
        return number

    def digests(self, text: str) -> list[str]:
        """Fingerprints of a number or a code, by each key; none without keys."""
        return self._sealer.digests(text) if self._sealer else []


class CallDesk:
    """Takes orders."""

    def __init__(
        self, store: CallStore, numbers: NumberBook, clock: Clock, *, has_trunk: bool
    ) -> None:
        self._store = store
        self._numbers = numbers
        self._clock = clock
        self._has_trunk = has_trunk

    async def plan(self, uow: UnitOfWork, plan: CallPlan) -> None:
        """Stores whom to call and when."""
        digest = ""
        if plan.sealed_number:
            try:
                digest = self._numbers.digests(self._numbers.open(plan).e164)[0]
            except (NumberInvalidError, NumberForbiddenError) as error:
                # Dialling finds it again and says so; the plan stays for what comes by code.
                log.warning("number_refused", code=error.code)
        await self._store.add_plan(uow, replace(plan, number_digest=digest))

    async def request(self, uow: UnitOfWork, interview_id: str, attempt: int) -> None:
        """A call is wanted now; it is made when its plan is there and its window is open."""
        call = Call(interview_id, attempt, due_at=self._clock.now())
        if not self._has_trunk:
            call.fail(Failure.NO_TRUNK, "no trunk is configured")
        await self._store.add(uow, call, current_traceparent())

    async def conversation_ended(self, uow: UnitOfWork, interview_id: str, attempt: int) -> None:
        """Nothing more will be said; no call-back is needed."""
        call = await self._store.load(uow, interview_id, attempt)
        if call is not None and call.state.open:
            call.end(self._clock.now())
            await self._store.save(uow, call)

    async def erase(self, uow: UnitOfWork, interview_id: str) -> None:
        """Forgets whom an interview called and how, for good."""
        await self._store.erase(uow, interview_id)

    async def withdraw(self, uow: UnitOfWork, interview_id: str, attempt: int) -> None:
        """Nobody wants the call any more; a live one is ended by its conversation."""
        call = await self._store.load(uow, interview_id, attempt)
        if call is not None and call.state.open:
            call.cancel()
            await self._store.save(uow, call)
