"""An interview as the gateway keeps it: what was ordered, how far it is, what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from viva.gateway.domain.calls import CallProgress
from viva.gateway.domain.library import Entry, Framework, Persona, QuestionSet
from viva.gateway.domain.lifecycle import Status
from viva.gateway.domain.verdict import Verdict


class Channel(StrEnum):
    """How the candidate talks with the interviewer."""

    BROWSER = "browser"
    PHONE = "phone"


class ConsentMode(StrEnum):
    """Whether the candidate agrees at the door, or the customer holds the consent already."""

    EXPLICIT = "explicit"
    PRE_GRANTED = "pre_granted"


@dataclass(frozen=True)
class Candidate:
    """Contact data; it leaves the gateway for an invitation or a call only."""

    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class CallWindow:
    """When the candidate may be called: minutes after midnight in a time zone, ISO weekdays."""

    time_zone: str
    from_minute: int
    until_minute: int
    weekdays: tuple[int, ...] = ()


@dataclass(frozen=True)
class CallOrder:
    """How a telephone interview comes about.

    Attributes:
        trunk: its name; empty for any.
        max_calls: in all; 0 for what telephony does by default.
        call_back: whether a dropped call is taken up by calling back once.
        outbound: False where the candidate calls.
    """

    window: CallWindow | None = None
    trunk: str = ""
    max_calls: int = 0
    call_back: bool = True
    outbound: bool = True


@dataclass(frozen=True)
class Accommodations:
    """What makes the conversation accessible. It stretches every timer, and usual limits."""

    thinking_time_factor: float = 1.0
    captions: bool = True
    text_answers: bool = False


@dataclass(frozen=True)
class Limits:
    """How long a conversation may last, and a dropped candidate may take to return; enforced so."""

    total_ms: int
    grace_ms: int


@dataclass(frozen=True)
class Script:
    """The definitions that the interview uses, frozen when it is created."""

    persona: Entry[Persona]
    framework: Entry[Framework]
    question_set: Entry[QuestionSet]

    @property
    def scored_questions(self) -> int:
        """How many of the questions count."""
        return sum(not question.warm_up for question in self.question_set.definition.questions)


@dataclass(frozen=True)
class Order:
    """What was asked for; nothing in it changes any more."""

    channel: Channel
    role: str
    script: Script
    limits: Limits
    candidate: Candidate = Candidate()
    external_id: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    consent_mode: ConsentMode = ConsentMode.EXPLICIT
    accommodations: Accommodations = Accommodations()
    webhook_url: str = ""
    call: CallOrder | None = None
    vacancy: str = ""


@dataclass(frozen=True)
class StoredObject:
    """An object by its key and content."""

    key: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class Failure:
    """Why an attempt gave no result."""

    code: str
    detail: str


@dataclass(frozen=True)
class Run:
    """One attempt: how far it is and what it left."""

    attempt: int
    status: Status = Status.CREATED
    started_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str = ""
    verdict: Verdict | None = None
    failure: Failure | None = None
    recording: StoredObject | None = None
    bundle: StoredObject | None = None
    charged: bool = False
    calls: CallProgress = field(default_factory=CallProgress)


class Keeper(StrEnum):
    """A service that keeps something of the candidate, beside the gateway."""

    SESSION = "session"
    NOTIFICATION = "notification"
    TELEPHONY = "telephony"


@dataclass(frozen=True)
class Erasure:
    """How far the erasure of a candidate is.

    Attributes:
        outstanding: who has not said yet that nothing is left there.
    """

    requested_at: datetime
    outstanding: tuple[Keeper, ...]
    completed_at: datetime | None = None


@dataclass(frozen=True)
class Interview:
    """The aggregate.

    Attributes:
        requested_attempt: of the newest link; above `run.attempt` until the session service agrees.
        cancel_requested: a cancellation is on its way to the session service.
        changes: counts up with every change that the public topic tells.
        erasure: set once the candidate is to be forgotten.
    """

    id: str
    tenant_id: str
    test_mode: bool
    order: Order
    created_at: datetime
    expires_at: datetime
    run: Run
    requested_attempt: int = 1
    cancel_requested: bool = False
    changes: int = 0
    erasure: Erasure | None = None

    @property
    def current(self) -> Run:
        """The attempt that customers and candidates see: the requested one, if one is under way."""
        if self.requested_attempt > self.run.attempt:
            return Run(self.requested_attempt)
        return self.run

    @property
    def status(self) -> Status:
        """The status of the current attempt."""
        return self.current.status
