"""What the candidate's client and the session replica say to each other through the edge.

Positions are sample counts at 16 kHz on the interview's clock. A fact is numbered by the client
from 1 over the whole interview, so that one that is sent again is known; the edge's own carry 0.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Le, MaxLen

INT64_MAX = 2**63 - 1
INT32_MAX = 2**31 - 1
MAX_FRAME_SAMPLES = 3200
"""Of one `Audio`; the session takes no more at once."""

Count = Annotated[int, Ge(0), Le(INT64_MAX)]
FactNumber = Annotated[int, Ge(1), Le(INT64_MAX)]
Milliseconds = Annotated[int, Ge(0), Le(INT32_MAX)]


@dataclass(frozen=True)
class Playing:
    """The utterance that is in the loudspeaker, and how many of its samples were heard."""

    utterance: Count
    offset: Count


@dataclass(frozen=True)
class Attach:
    """First message of a client, and of the edge on every session stream."""

    credential: Annotated[str, MaxLen(4096)]
    fresh: bool
    position: Count
    last_epoch: Count = 0
    buffered_from: Count = 0
    facts_buffered_from: Count = 0
    playing: Playing | None = None
    type: Literal["attach"] = "attach"


@dataclass(frozen=True)
class Audio:
    """Up to MAX_FRAME_SAMPLES of PCM16 little-endian, mono, 16 kHz, the first at `position`."""

    position: int
    pcm: bytes

    @property
    def end(self) -> int:
        """Position after the last sample."""
        return self.position + len(self.pcm) // 2


@dataclass(frozen=True)
class Played:
    """A run of samples that left the loudspeaker; the first was heard at `position`."""

    fact: FactNumber
    utterance: Count
    offset: Count
    count: Count
    position: Count
    type: Literal["played"] = "played"


@dataclass(frozen=True)
class Stopped:
    """The one terminal report of an utterance; `heard` of its samples were."""

    fact: FactNumber
    utterance: Count
    heard: Count
    position: Count
    type: Literal["stopped"] = "stopped"


@dataclass(frozen=True)
class Key:
    """A key of the telephone's dial."""

    fact: FactNumber
    position: Count
    digit: Literal["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#"]
    type: Literal["key"] = "key"


@dataclass(frozen=True)
class Text:
    """A typed answer."""

    fact: FactNumber
    position: Count
    question_id: Annotated[str, MaxLen(200)]
    body: Annotated[str, MaxLen(20_000)]
    type: Literal["text"] = "text"


@dataclass(frozen=True)
class Command:
    """A button of the page."""

    fact: FactNumber
    position: Count
    kind: Literal["ready", "done", "repeat", "skip"]
    type: Literal["command"] = "command"


@dataclass(frozen=True)
class Consent:
    """The candidate's answer to being recorded."""

    fact: FactNumber
    position: Count
    granted: bool
    type: Literal["consent"] = "consent"


@dataclass(frozen=True)
class State:
    """How the client's devices and its uplink are."""

    fact: FactNumber
    position: Count
    muted: bool = False
    hidden: bool = False
    interrupted: bool = False
    device_changed: bool = False
    uplink_queue_ms: Milliseconds = 0
    type: Literal["state"] = "state"


@dataclass(frozen=True)
class Elapsed:
    """Keeps time while no samples come."""

    ms: Milliseconds
    type: Literal["elapsed"] = "elapsed"


@dataclass(frozen=True)
class Bye:
    """The candidate left on purpose."""

    fact: FactNumber
    type: Literal["bye"] = "bye"


@dataclass(frozen=True)
class Heartbeat:
    """Nothing new, still here."""

    type: Literal["heartbeat"] = "heartbeat"


@dataclass(frozen=True)
class Detached:
    """Said by the edge: the client's connection is gone."""

    reason: str


NumberedFact = Played | Stopped | Key | Text | Command | Consent | State | Bye
ClientMessage = Attach | Audio | NumberedFact | Elapsed | Heartbeat
Uplink = Audio | NumberedFact | Elapsed | Detached | Heartbeat


Channel = Literal["browser", "phone"]


@dataclass(frozen=True)
class SessionAttach:
    """First on every session stream.

    `connection` is counted up for each connection of the interview; the newest wins.
    """

    interview_id: str
    attempt: int
    connection: int
    attach: Attach
    channel: Channel = "browser"


Phase = Literal["waiting", "speaking", "listening", "thinking", "paused", "closing"]


@dataclass(frozen=True)
class Progress:
    """Where the conversation is; questions count from 1."""

    phase: Phase
    question: int
    questions: int
    question_id: str
    caption: str
    thinking_left_ms: int


@dataclass(frozen=True)
class Attached:
    """The session took the client on; what it lacks begins at `resume_from` and `resume_fact`."""

    epoch: int
    base_position: int
    resume_from: int
    resume_fact: int
    progress: Progress
    consent_needed: bool
    captions: bool
    text_answers: bool


@dataclass(frozen=True)
class Durable:
    """Audio up to `position` and facts up to `fact` are stored and may be forgotten."""

    position: int
    fact: int


@dataclass(frozen=True)
class Utterance:
    """Something that the interviewer says, whole: PCM16 little-endian, mono, 16 kHz."""

    epoch: int
    number: int
    sha256: str
    pcm: bytes
    caption: str


@dataclass(frozen=True)
class Flush:
    """Stop playing this utterance at once."""

    utterance: int


@dataclass(frozen=True)
class Ask:
    """Something that the page must tell the candidate."""

    need: Literal["consent", "microphone", "uplink"]


@dataclass(frozen=True)
class End:
    """The conversation is over."""

    reason: str


@dataclass(frozen=True)
class Replaced:
    """A newer connection took over."""


@dataclass(frozen=True)
class Pulse:
    """The edge's heartbeat to the client; `live` tells whether a session is attached."""

    live: bool


@dataclass(frozen=True)
class Refusal:
    """Why the edge is about to close the connection."""

    code: str
    detail: str


SessionMessage = (
    Attached | Durable | Utterance | Flush | Progress | Ask | Heartbeat | End | Replaced
)
Downlink = (
    Attached | Durable | Utterance | Flush | Progress | Ask | End | Replaced | Pulse | Refusal
)
