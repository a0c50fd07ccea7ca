"""The states of an interview, what may follow what, and what each costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """Where an interview stands; the value is its public name."""

    CREATED = "created"
    READY = "ready"
    IN_PROGRESS = "in_progress"
    PROCESSING = "processing"
    COMPLETED = "completed"
    PARTIAL = "partial"
    LOW_CONFIDENCE = "low_confidence"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def terminal(self) -> bool:
        """Whether the attempt is over; only a re-invitation leads on from here."""
        return self not in _UNDER_WAY

    @property
    def joinable(self) -> bool:
        """Whether a candidate may connect."""
        return self in {State.READY, State.IN_PROGRESS}


_UNDER_WAY = frozenset({State.CREATED, State.READY, State.IN_PROGRESS, State.PROCESSING})

# A re-invitation leads to the next attempt (ready where the prompts are rendered already).
_NEXT_ATTEMPT = frozenset({State.CREATED, State.READY})

TRANSITIONS: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.CREATED: frozenset(
            {State.CREATED, State.READY, State.FAILED, State.EXPIRED, State.CANCELLED}
        ),
        State.READY: frozenset(
            {State.READY, State.IN_PROGRESS, State.FAILED, State.EXPIRED, State.CANCELLED}
        ),
        State.IN_PROGRESS: frozenset({State.PROCESSING, State.FAILED, State.CANCELLED}),
        State.PROCESSING: frozenset(
            {State.COMPLETED, State.PARTIAL, State.LOW_CONFIDENCE, State.FAILED}
        ),
        State.COMPLETED: frozenset(),
        State.PARTIAL: frozenset(),
        State.LOW_CONFIDENCE: _NEXT_ATTEMPT,
        State.FAILED: _NEXT_ATTEMPT,
        State.EXPIRED: _NEXT_ATTEMPT,
        State.CANCELLED: _NEXT_ATTEMPT,
    }
)

# The customer pays for a result that stands. Low confidence gives no overall number and the others
# give none at all: they cost nothing and the candidate can be invited again.
CHARGED = frozenset({State.COMPLETED, State.PARTIAL})

REINVITABLE = frozenset(state for state, after in TRANSITIONS.items() if after & _NEXT_ATTEMPT)


class EndReason(StrEnum):
    """Why a conversation ended; the value is what the client is told."""

    FINISHED = "finished"
    DROPPED = "dropped"
    TOTAL_LIMIT = "total_limit"
    CONSENT_REFUSED = "consent_refused"
    CANDIDATE_LEFT = "candidate_left"
    CANCELLED = "cancelled"
    SILENT = "silent"

    @property
    def gone_through(self) -> bool:
        """Whether the script came to its end, with or without answers."""
        return self in {EndReason.FINISHED, EndReason.SILENT}


class Stage(StrEnum):
    """What a processing interview waits for."""

    ANSWERS = "answers"
    VERDICT = "verdict"


@dataclass(frozen=True)
class Deadlines:
    """How long each state may hang before a sweep moves it on.

    Attributes:
        stage: for the results of one pipeline stage, before they are asked for again, and once more
            before the interview goes on without them.
        handover: beyond the grace time, for another replica to take a conversation up.
        closing: beyond the total limit, for the last words and the goodbye.
        cancel: for the replica that conducts a conversation to end a cancelled one.
    """

    stage: timedelta = timedelta(seconds=120)
    handover: timedelta = timedelta(seconds=30)
    closing: timedelta = timedelta(seconds=120)
    cancel: timedelta = timedelta(seconds=10)
