"""What the conversation wants done, one frozen value each."""

from dataclasses import dataclass
from enum import StrEnum

from viva.session.domain.conversation.ending import EndedBy
from viva.session.domain.conversation.state import Slot, Span


class Need(StrEnum):
    """Something that the page must tell the candidate."""

    CONSENT = "consent"
    MICROPHONE = "microphone"
    UPLINK = "uplink"


@dataclass(frozen=True)
class Say:
    """Send a prompt, whole. The same number again is the same utterance sent again."""

    number: int
    key: str


@dataclass(frozen=True)
class Flush:
    """Stop playing this utterance at once."""

    number: int


@dataclass(frozen=True)
class JudgeTurn:
    """Ask the end-of-turn model about the sound before ``until``."""

    until: int


@dataclass(frozen=True)
class Recognize:
    """Ask for live text of [start, end)."""

    start: int
    end: int


@dataclass(frozen=True)
class JudgeOverlap:
    """Find out what speech over the interviewer is: echo, noise or words."""

    start: int
    until: int


@dataclass(frozen=True)
class CloseAnswer:
    """Record an answer's revision: its sound is stored and the pipeline starts on it."""

    slot: Slot
    revision: int
    start: int
    end: int
    spans: tuple[Span, ...]
    thinking_ms: int
    typed: str = ""
    cut_short: bool = False


@dataclass(frozen=True)
class TurnTaken:
    """The decision that the candidate has finished, for the log and the metrics."""

    slot: Slot
    # After the last voiced sample, and where the decision fell.
    ended: int
    decided: int
    probability: float | None
    wait_ms: int
    sure: bool
    reason: str
    text_known: bool
    next_reason: str


@dataclass(frozen=True)
class Replied:
    """The first sample of the reply was heard; both on the sample clock."""

    latency_ms: int
    sure: bool


@dataclass(frozen=True)
class TakenUp:
    """A closed answer goes on; what was said in reply is withdrawn."""

    slot: Slot


@dataclass(frozen=True)
class Start:
    """The interview begins."""


@dataclass(frozen=True)
class Ask:
    """Show the candidate that something is needed."""

    need: Need


@dataclass(frozen=True)
class Save:
    """Write a checkpoint."""


@dataclass(frozen=True)
class Release:
    """Nothing has begun and nobody is there: forget the conversation, it can be joined anew."""


@dataclass(frozen=True)
class End:
    """The conversation is over."""

    reason: EndedBy


Action = (
    Say
    | Flush
    | JudgeTurn
    | Recognize
    | JudgeOverlap
    | CloseAnswer
    | TurnTaken
    | Replied
    | TakenUp
    | Start
    | Ask
    | Save
    | Release
    | End
)
