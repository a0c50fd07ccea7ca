"""Who spoke when in an answer. Times are milliseconds from the answer's first sample."""

from dataclasses import dataclass
from enum import Enum


class Channel(Enum):
    """How the candidate's voice came: what a distance between voices means depends on it."""

    WIDE = "wide"  # browser, 16 kHz
    PHONE = "phone"  # 300 to 3400 Hz, mu-law


class Role(Enum):
    """Whose voice it is."""

    CANDIDATE = "candidate"
    OTHER = "other"
    INTERVIEWER = "interviewer"  # its echo in the candidate's microphone


@dataclass(frozen=True, order=True)
class Span:
    """From `start_ms` to before `end_ms`."""

    start_ms: int
    end_ms: int

    @property
    def duration_ms(self) -> int:
        """Length."""
        return self.end_ms - self.start_ms

    def overlap_ms(self, other: "Span") -> int:
        """Length that both share."""
        return max(0, min(self.end_ms, other.end_ms) - max(self.start_ms, other.start_ms))


@dataclass(frozen=True)
class Turn:
    """One voice for a while; `voice` is its label."""

    span: Span
    voice: str


@dataclass(frozen=True)
class ComparedSpeech:
    """Some speech beside all else that the candidate said so far.

    Attributes:
        candidate_llr: natural logarithm of how much likelier it is the candidate's voice than
            another person's.
    """

    span: Span
    candidate_llr: float


@dataclass(frozen=True)
class Voice:
    """One voice of an answer; the similarities are cosines, None where there is no reference."""

    label: str
    role: Role
    speech_ms: int
    similarity_to_candidate: float | None = None
    similarity_to_interviewer: float | None = None


@dataclass(frozen=True)
class Word:
    """A word of the transcript and when it was said."""

    text: str
    span: Span


@dataclass(frozen=True)
class SpokenWord:
    """Which voice said a word; one that is not the candidate's is dropped from scoring."""

    voice: str
    dropped: bool
