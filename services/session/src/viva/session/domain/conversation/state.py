"""Where a conversation stands: frozen, plain values, so that it can be stored and compared."""

from dataclasses import dataclass
from enum import StrEnum

VERSION = 1


class Stage(StrEnum):
    """What the conversation is doing."""

    WAITING = "waiting"
    OPENING = "opening"
    CONSENTING = "consenting"
    ASKING = "asking"
    LISTENING = "listening"
    CLOSING = "closing"
    ENDED = "ended"


@dataclass(frozen=True)
class Span:
    """Positions [start, end)."""

    start: int
    end: int


@dataclass(frozen=True)
class Slot:
    """A place for one answer: a question, or one of its follow-ups."""

    question: int
    follow_up: str = ""


@dataclass(frozen=True)
class Text:
    """Live text of [start, end); None where there is none."""

    start: int
    end: int
    text: str | None


@dataclass(frozen=True)
class Answer:
    """What is known of the answer to one slot."""

    slot: Slot
    # Where silence counts from: the question's end, a pause's end, a re-prompt's end.
    since: int = 0
    asked_at: int = 0
    spans: tuple[Span, ...] = ()
    texts: tuple[Text, ...] = ()
    # Live text was asked for up to here.
    requested: int = 0
    judged_until: int = -1
    probability: float | None = None
    reprompted: bool = False
    # Only fillers so far, or the candidate asked for time: silence is thinking.
    thinking: bool = False
    # How much of the question was heard when the candidate began to speak over it, 0 to 1.
    heard_share: float = 1.0
    # Of the last one that was recorded; 0 for none.
    revision: int = 0
    # Follow-ups of the question that were asked so far, and the live text of its earlier answers.
    follow_ups: tuple[str, ...] = ()
    context: str = ""

    @property
    def end(self) -> int:
        """After the last voiced sample; the start of silence where nothing was said."""
        return self.spans[-1].end if self.spans else self.since

    @property
    def voiced(self) -> int:
        """Voiced samples."""
        return sum(span.end - span.start for span in self.spans)

    @property
    def text(self) -> str:
        """The live text that is there, in order."""
        return " ".join(t.text.strip() for t in self.texts if t.text)

    @property
    def text_complete(self) -> bool:
        """Whether live text is known up to the last voiced sample."""
        if not self.texts or any(t.text is None for t in self.texts):
            return False
        return not self.spans or max(t.end for t in self.texts) >= self.end


@dataclass(frozen=True)
class Speech:
    """Voice activity that is going on."""

    began: int
    # It began while the interviewer could be heard.
    over: bool = False
    # Where an overlap was last sent to be judged.
    judged_at: int = 0
    verdict: str = ""
    # Where it ended, if it awaits its verdict still.
    ended: int = -1


@dataclass(frozen=True)
class Playing:
    """An utterance that was sent and has had no terminal report yet."""

    number: int
    key: str
    samples: int
    # On the clock, not a position.
    due: int
    heard: int = 0
    started: int = -1


@dataclass(frozen=True)
class Turn:
    """The last decision, until its reply is heard."""

    ended: int
    sure: bool


@dataclass(frozen=True)
class State:
    """All of it."""

    version: int = VERSION
    stage: Stage = Stage.WAITING
    # All sound before this is held; elapsed counts the time without samples.
    position: int = 0
    elapsed_ms: int = 0
    # Since the last samples, and since the client was last attached.
    absent_ms: int = 0
    attached: bool = False
    consented: bool = False
    ready: bool = False
    started_clock: int = -1
    answer: Answer | None = None
    # The answer before, while it can still be taken up.
    previous: Answer | None = None
    playing: tuple[Playing, ...] = ()
    said: tuple[str, ...] = ()
    next_number: int = 1
    acknowledgements: int = 0
    speech: Speech | None = None
    # The interviewer's sound may be in the microphone before this position.
    audible_until: int = 0
    # The speaker's own pauses that were no end, in ms, the latest last.
    pauses: tuple[int, ...] = ()
    turn: Turn | None = None
    # The next question waits for live text until then (clock); -1 for not waiting.
    choice_due: int = -1
    misses: int = 0
    answered: int = 0
    unanswered_row: int = 0
    consent_asked: int = 0
    # After the last speech of whatever kind.
    quiet_since: int = 0
    # The question was said again because it was not heard.
    retried: bool = False
    signal_lost: bool = False
    unheard_told: int = 0
    paused: bool = False
    interruptions: int = 0
    ending: str = ""

    @property
    def clock(self) -> int:
        """Samples of time: those of sound and those without."""
        return self.position + self.elapsed_ms * 16
