"""What happens to calls, one frozen value each."""

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta


class Failure(enum.Enum):
    """Why a call came to nothing."""

    NO_TRUNK = "no_trunk"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    VOICEMAIL = "voicemail"
    REJECTED = "rejected"
    FAILED = "failed"
    DROPPED = "dropped"
    NUMBER = "number"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Answered:
    """A person is on the line."""

    call_id: str
    call: int
    inbound: bool


@dataclass(frozen=True)
class Postponed:
    """One call came to nothing; the next is planned."""

    call_id: str
    call: int
    failure: Failure
    due_at: datetime


@dataclass(frozen=True)
class Ended:
    """The conversation is over."""

    call_id: str
    talked: timedelta


@dataclass(frozen=True)
class Failed:
    """No further call is made."""

    call_id: str
    failure: Failure
    detail: str


CallEvent = Answered | Postponed | Ended | Failed
