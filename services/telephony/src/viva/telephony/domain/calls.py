"""The calls that one attempt at an interview takes: a small state machine, one retry budget."""

import enum
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from viva.telephony.domain.call_events import (
    Answered,
    CallEvent,
    Ended,
    Failed,
    Failure,
    Postponed,
)
from viva.telephony.domain.errors import CallStateError
from viva.telephony.domain.retries import Retries
from viva.telephony.domain.ways import HangUp, NotAnswered
from viva.telephony.domain.window import CallingWindow

__all__ = ["Call", "CallPlan", "CallState", "HangUp", "NotAnswered"]


class CallState(enum.StrEnum):
    """Where it stands."""

    WAITING = "waiting"  # for its time
    DIALLING = "dialling"
    TALKING = "talking"
    OVER = "over"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def open(self) -> bool:
        """Whether anything can still happen."""
        return self in {CallState.WAITING, CallState.DIALLING, CallState.TALKING}


@dataclass(frozen=True)
class CallPlan:
    """What was ordered for an interview; all attempts share it.

    Attributes:
        sealed_number: of the candidate; empty where only the candidate calls.
        trunk: to use; empty for any.
        max_calls: in all; 0 for the default.
        grace: how long a dropped candidate may take to come back.
        longest: of a conversation, for the carrier's own limit.
    """

    interview_id: str
    sealed_number: str
    expires_at: datetime
    grace: timedelta
    longest: timedelta
    trunk: str = ""
    window: CallingWindow | None = None
    max_calls: int = 0
    call_back: bool = True
    outbound: bool = True
    number_digest: str = ""
    code_digest: str = ""


@dataclass
class Call:
    """All calls of one attempt; at most one of them at a time.

    Attributes:
        made: calls so far, inbound ones included.
        call_id: of the newest one.
        in_doubt: it was ordered and its outcome is not known: ask the carrier before the next.
        back_until: a call-back after this is too late.
        held_until: whoever carries the call says so before this, or it counts as lost.
    """

    interview_id: str
    attempt: int
    due_at: datetime | None
    state: CallState = CallState.WAITING
    made: int = 0
    call_id: str = ""
    trunk: str = ""
    in_doubt: bool = False
    called_back: bool = False
    back_until: datetime | None = None
    answered_at: datetime | None = None
    held_until: datetime | None = None
    version: int = 0
    events: list[CallEvent] = field(default_factory=list)

    def drain(self) -> list[CallEvent]:
        """What happened since the last time, in order."""
        events, self.events = self.events, []
        return events

    def put_off(self, until: datetime) -> None:
        """Nothing was tried: later."""
        self._must_be(CallState.WAITING, CallState.DIALLING)
        self.state, self.due_at, self.held_until = CallState.WAITING, until, None

    def dial(self, call_id: str, trunk: str, held_until: datetime) -> None:
        """The intent, stored before the order goes out."""
        self._must_be(CallState.WAITING)
        self.state = CallState.DIALLING
        self.made += 1
        self.call_id, self.trunk, self.in_doubt = call_id, trunk, True
        self.due_at, self.held_until = None, held_until

    def release(self, until: datetime) -> None:
        """The order was not given after all: it does not count."""
        self.put_off(until)
        self.made -= 1
        self.in_doubt = False

    def settle_doubt(self, now: datetime, retries: Retries, *, under_way: bool) -> None:
        """The carrier was asked about the order whose outcome was not known."""
        self._must_be(CallState.WAITING)
        self.in_doubt = under_way
        self.due_at = now + retries.in_doubt if under_way else now

    def take(self, call_id: str, trunk: str, held_until: datetime) -> None:
        """The candidate calls in."""
        self._must_be(CallState.WAITING)
        self.made += 1
        self.state, self.call_id, self.trunk = CallState.DIALLING, call_id, trunk
        self.due_at, self.held_until, self.in_doubt = None, held_until, False

    def answer(self, now: datetime, held_until: datetime, *, inbound: bool = False) -> None:
        """A person is on the line."""
        self._must_be(CallState.DIALLING)
        self.state, self.in_doubt = CallState.TALKING, False
        self.answered_at, self.held_until = now, held_until
        self.events.append(Answered(self.call_id, self.made, inbound))

    def hold(self, held_until: datetime) -> None:
        """Its carrier lives."""
        if self.state in {CallState.DIALLING, CallState.TALKING}:
            self.held_until = held_until

    def miss(
        self, why: NotAnswered, detail: str, plan: CallPlan, retries: Retries, now: datetime
    ) -> None:
        """Nobody took it, or a machine did."""
        self._must_be(CallState.DIALLING, CallState.TALKING)
        self.in_doubt = False
        self._again(Failure(why.value), detail, now + retries.after(why), plan, retries)

    def drop(self, plan: CallPlan, retries: Retries, now: datetime, *, begun: bool = True) -> None:
        """The line is gone before the conversation was over: call back once, if it is wanted.

        Otherwise the conversation waits for its grace to end, and its end ends this call. Where it
        has not begun, nobody waits for anything: the call counts on the budget like one missed.
        """
        self._must_be(CallState.DIALLING, CallState.TALKING)
        self.in_doubt = False
        if not begun and self.back_until is None:
            self._again(Failure.DROPPED, "", now + retries.dropped, plan, retries)
            return
        self.back_until = self.back_until or now + plan.grace
        if not plan.call_back or self.called_back:
            self.state, self.due_at, self.held_until = CallState.WAITING, None, None
            return
        self.called_back = True
        self._again(Failure.DROPPED, "", now + retries.call_back, plan, retries)

    def lose(self, plan: CallPlan, retries: Retries, now: datetime) -> None:
        """Whoever carried it has died."""
        if self.state is CallState.TALKING:
            self.drop(plan, retries, now)
        elif self.state is CallState.DIALLING:
            self.put_off(now)

    def end(self, now: datetime) -> None:
        """The conversation is over. Ignored where that is known."""
        if not self.state.open:
            return
        talked = now - self.answered_at if self.answered_at else timedelta(0)
        if self.answered_at:
            self.events.append(Ended(self.call_id, talked))
        self._close(CallState.OVER)

    def fail(self, failure: Failure, detail: str) -> None:
        """No further call is made. Ignored where it is over."""
        if self.state.open:
            self._close(CallState.FAILED)
            self.events.append(Failed(self.call_id, failure, detail))

    def cancel(self) -> None:
        """Nobody wants it any more."""
        if self.state.open:
            self._close(CallState.CANCELLED)

    def _again(
        self,
        failure: Failure,
        detail: str,
        at: datetime,
        plan: CallPlan,
        retries: Retries,
    ) -> None:
        due = plan.window.next_open(at) if plan.window else at
        last = min(plan.expires_at, self.back_until) if self.back_until else plan.expires_at
        if self.made >= (plan.max_calls or retries.most_calls) or due >= last:
            self.fail(failure, detail)
            return
        self.state, self.due_at, self.held_until = CallState.WAITING, due, None
        self.events.append(Postponed(self.call_id, self.made, failure, due))

    def _close(self, state: CallState) -> None:
        self.state = state
        self.due_at = self.held_until = None
        self.in_doubt = False

    def _must_be(self, *states: CallState) -> None:
        if self.state not in states:
            raise CallStateError(f"The call is {self.state}.")
