"""The states of an interview as the gateway knows them. The session service alone decides them."""

from enum import StrEnum


class Status(StrEnum):
    """Where an interview is in its life."""

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
    # All that it said of the candidate was deleted; its id stays known.
    ERASED = "erased"

    @property
    def terminal(self) -> bool:
        """Whether nothing but a fresh attempt can follow."""
        return self in _TERMINAL

    @property
    def has_result(self) -> bool:
        """Whether a verdict stands."""
        return self in _RESULTS

    @property
    def joinable(self) -> bool:
        """Whether the candidate may open the link."""
        return self in {Status.CREATED, Status.READY, Status.IN_PROGRESS}

    @property
    def renewable(self) -> bool:
        """Whether a fresh link for a fresh attempt may be asked for."""
        return self in _RENEWABLE

    def precedes(self, other: "Status") -> bool:
        """Whether a late report of `other` may still move an attempt on from here."""
        return not self.terminal and _ORDER[self] < _ORDER[other]


_RESULTS = frozenset({Status.COMPLETED, Status.PARTIAL, Status.LOW_CONFIDENCE})
_TERMINAL = _RESULTS | {Status.FAILED, Status.EXPIRED, Status.CANCELLED, Status.ERASED}
_RENEWABLE = frozenset(
    {
        Status.CREATED,
        Status.READY,
        Status.LOW_CONFIDENCE,
        Status.FAILED,
        Status.EXPIRED,
        Status.CANCELLED,
    }
)
_ORDER = {
    Status.CREATED: 0,
    Status.READY: 1,
    Status.IN_PROGRESS: 2,
    Status.PROCESSING: 3,
    **dict.fromkeys(_TERMINAL, 4),
}
