"""What one simulated interview showed: turns with their latency, cut-offs, the lines spoken."""

from dataclasses import dataclass, field
from typing import Any

from viva.testkit.candidate.script import SAMPLE_RATE_HZ


@dataclass(frozen=True)
class Turn:
    """One answer of the candidate.

    Attributes:
        last_voiced: position after the last voiced sample, by label.
        replied_at: position of the first interviewer sample heard after it; None where none came.
        cut_offs: how often the interviewer was heard before the answer's own speech resumed.
    """

    question_id: str
    text: str
    last_voiced: int
    replied_at: int | None
    cut_offs: int
    pauses: int

    @property
    def latency_ms(self) -> float | None:
        """From the last voiced sample to the first interviewer sample at the client."""
        if self.replied_at is None:
            return None
        return (self.replied_at - self.last_voiced) * 1000 / SAMPLE_RATE_HZ


@dataclass
class Report:
    """The whole interview as the candidate lived it.

    Attributes:
        attached_at: Unix times at which a session took the candidate on: the first, and others
            that went on with the conversation.
        flushed: utterances that the interviewer broke off.
        interrupted_itself: those of them that nobody spoke into.
    """

    interview: dict[str, Any] = field(default_factory=dict)
    lines: list[tuple[str, str]] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    end_reason: str = ""
    ended_at: float = 0.0
    interrupted_itself: int = 0
    flushed: int = 0
    reconnects: int = 0
    heard_audio_samples: int = 0
    attached_at: list[float] = field(default_factory=list)
    durable_samples: int = 0

    @property
    def cut_offs(self) -> int:
        """Answers in which the interviewer spoke too early."""
        return sum(1 for turn in self.turns if turn.cut_offs)

    @property
    def latencies_ms(self) -> list[float]:
        """Reply latencies of all turns that got a reply."""
        return [turn.latency_ms for turn in self.turns if turn.latency_ms is not None]
