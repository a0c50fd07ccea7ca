"""What a change in an interview's life tells the world; drained to the outbox when it is saved."""

from dataclasses import dataclass
from datetime import datetime

from viva.session.domain.lifecycle import EndReason, State


@dataclass(frozen=True)
class PromptsRendered:
    """Every prompt that the script can say lies in the store: the candidate may join."""

    attempt: int
    prompt_count: int


@dataclass(frozen=True)
class CallWanted:
    """A phone interview is ready: somebody must dial."""

    attempt: int


@dataclass(frozen=True)
class Started:
    """The conversation began."""

    attempt: int
    at: datetime


@dataclass(frozen=True)
class ConversationEnded:
    """Nothing more will be said in this attempt."""

    attempt: int
    reason: EndReason
    at: datetime
    answer_count: int


@dataclass(frozen=True)
class AnswersWanted:
    """Results of some answers did not come in time: they are asked for once more."""

    attempt: int


@dataclass(frozen=True)
class VerdictWanted:
    """The bundle is frozen: score and assess the whole interview."""

    attempt: int


@dataclass(frozen=True)
class VerdictReached:
    """A result stands: completed, partial or low_confidence."""

    attempt: int
    state: State
    chargeable: bool
    missing_stages: tuple[str, ...]


@dataclass(frozen=True)
class Failed:
    """There is no result; nothing is charged and the candidate may be invited again."""

    attempt: int
    code: str
    detail: str
    reason: EndReason | None


@dataclass(frozen=True)
class Expired:
    """Nobody joined in time."""

    attempt: int


@dataclass(frozen=True)
class Cancelled:
    """The customer called it off before there was anything to judge."""

    attempt: int
    reason: str


@dataclass(frozen=True)
class Reinvited:
    """A fresh attempt; links of the ones before are dead."""

    attempt: int


@dataclass(frozen=True)
class ReinviteRefused:
    """A result stands or is on its way: `attempt` is the one that was asked for."""

    attempt: int
    reason: str


InterviewEvent = (
    PromptsRendered
    | CallWanted
    | Started
    | ConversationEnded
    | AnswersWanted
    | VerdictWanted
    | VerdictReached
    | Failed
    | Expired
    | Cancelled
    | Reinvited
    | ReinviteRefused
)
