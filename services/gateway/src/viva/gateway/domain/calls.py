"""How far the telephone calls of an attempt are, as customers see it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class CallState(StrEnum):
    """What is going on."""

    WAITING = "waiting"  # for the first call, or for the next
    TALKING = "talking"
    OVER = "over"
    FAILED = "failed"  # nobody is called any more


@dataclass(frozen=True)
class CallProgress:
    """One attempt's calls; what is older than what is known changes nothing.

    Attributes:
        calls: made so far, and taken from the candidate.
        last_outcome: of the newest call that came to nothing: busy, no_answer and so on.
        next_call_at: where one is planned.
    """

    state: CallState = CallState.WAITING
    calls: int = 0
    last_outcome: str = ""
    next_call_at: datetime | None = None

    def answered(self, call: int) -> "CallProgress":
        """Somebody is on the line."""
        if self._closed or call < self.calls or (call == self.calls and self._missed):
            return self
        return replace(self, state=CallState.TALKING, calls=call, next_call_at=None)

    def postponed(self, call: int, outcome: str, next_call_at: datetime) -> "CallProgress":
        """A call came to nothing or dropped; another is planned."""
        if self._closed or call < self.calls:
            return self
        return CallProgress(CallState.WAITING, call, outcome, next_call_at)

    def ended(self) -> "CallProgress":
        """The conversation is over."""
        return replace(self, state=CallState.OVER, next_call_at=None)

    def failed(self, outcome: str) -> "CallProgress":
        """No further call will be made."""
        return replace(self, state=CallState.FAILED, last_outcome=outcome, next_call_at=None)

    @property
    def _closed(self) -> bool:
        return self.state in {CallState.OVER, CallState.FAILED}

    @property
    def _missed(self) -> bool:
        return self.state is CallState.WAITING
