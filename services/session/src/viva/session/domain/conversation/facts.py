"""What the conversation knows, one frozen value each. Positions are samples at 16 kHz.

A fact is either stated by the candidate's side (attached, played, command ...) or found in the
sound by the loop (speech began, turn judged, heard ...). Replaying them replays the conversation.
"""

from dataclasses import dataclass
from enum import StrEnum

from viva.session.domain.conversation.ending import EndedBy


class Command(StrEnum):
    """Buttons of the page."""

    READY = "ready"
    DONE = "done"
    REPEAT = "repeat"
    SKIP = "skip"


class Overlap(StrEnum):
    """What speech over the interviewer turned out to be."""

    WORDS = "words"
    ECHO = "echo"
    NOISE = "noise"


@dataclass(frozen=True)
class Attached:
    """A client is connected."""

    # True for a page that begins anew: what it was playing is gone.
    fresh: bool
    # True where no sound was lost: the client kept it and sends it now.
    lossless: bool
    playing: int = 0


@dataclass(frozen=True)
class Detached:
    """The connection is gone; the candidate may come back."""

    reason: str = ""


@dataclass(frozen=True)
class Resumed:
    """This replica took the conversation over; what the models were asked is lost."""

    epoch: int


@dataclass(frozen=True)
class Bye:
    """The candidate left on purpose."""


@dataclass(frozen=True)
class Cancelled:
    """The customer cancelled the interview."""


@dataclass(frozen=True)
class Abandoned:
    """Nobody conducts the conversation any more: it is ended from what is stored."""

    reason: EndedBy


@dataclass(frozen=True)
class Consented:
    """The candidate's answer to being recorded."""

    granted: bool


@dataclass(frozen=True)
class Commanded:
    """A button was pressed."""

    kind: Command


@dataclass(frozen=True)
class KeyPressed:
    """One of 0-9, * and #."""

    digit: str


@dataclass(frozen=True)
class Typed:
    """A written answer."""

    question_id: str
    body: str


@dataclass(frozen=True)
class ClientChanged:
    """How the client's device and network are."""

    muted: bool = False
    interrupted: bool = False
    uplink_queue_ms: int = 0


@dataclass(frozen=True)
class Elapsed:
    """Time passed without samples."""

    ms: int


@dataclass(frozen=True)
class FramesUntil:
    """All sound before this position is held."""

    position: int


@dataclass(frozen=True)
class Gap:
    """Sound that will never come; it is absence, not silence."""

    start: int
    end: int


@dataclass(frozen=True)
class SpeechBegan:
    """Voice activity from here on."""

    position: int


@dataclass(frozen=True)
class SpeechEnded:
    """The position after the last voiced sample."""

    position: int


@dataclass(frozen=True)
class TurnJudged:
    """The end-of-turn model's probability that the turn was complete at ``until``."""

    until: int
    probability: float


@dataclass(frozen=True)
class Heard:
    """Live text of [start, end); None where it came too late or not at all."""

    start: int
    end: int
    text: str | None


@dataclass(frozen=True)
class OverlapJudged:
    """What the speech that began at ``start``, over the interviewer, is."""

    start: int
    kind: Overlap


@dataclass(frozen=True)
class SignalLost:
    """The microphone gives digital silence since ``position``."""

    position: int


@dataclass(frozen=True)
class SignalBack:
    """The microphone gives sound again."""

    position: int


@dataclass(frozen=True)
class Played:
    """Samples [offset, offset + count) of an utterance were heard from ``position`` on."""

    utterance: int
    offset: int
    count: int
    position: int


@dataclass(frozen=True)
class Stopped:
    """An utterance's one terminal report."""

    utterance: int
    heard: int
    position: int


Fact = (
    Attached
    | Detached
    | Resumed
    | Bye
    | Cancelled
    | Abandoned
    | Consented
    | Commanded
    | KeyPressed
    | Typed
    | ClientChanged
    | Elapsed
    | FramesUntil
    | Gap
    | SpeechBegan
    | SpeechEnded
    | TurnJudged
    | Heard
    | OverlapJudged
    | SignalLost
    | SignalBack
    | Played
    | Stopped
)
