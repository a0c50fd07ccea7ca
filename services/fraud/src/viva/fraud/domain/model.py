"""What the assessment works on, and what it says."""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class Span:
    """Milliseconds from the first sample of the answer's audio."""

    start_ms: int
    end_ms: int

    @property
    def length_ms(self) -> int:
        """Never negative, whatever a broken transcript says."""
        return max(0, self.end_ms - self.start_ms)

    def shared_ms(self, other: "Span") -> int:
        """Length that both have in common."""
        return Span(max(self.start_ms, other.start_ms), min(self.end_ms, other.end_ms)).length_ms

    def meets(self, other: "Span") -> bool:
        """Whether they have any moment in common."""
        return self.start_ms < other.end_ms and other.start_ms < self.end_ms


@dataclass(frozen=True)
class SpokenWord:
    """One word; `dropped` ones were said by somebody else than the candidate."""

    text: str
    span: Span
    dropped: bool = False


class Channel(Enum):
    """How the voice came; what is measured on one channel says nothing about the other."""

    BROWSER = "browser"
    PHONE = "phone"


@dataclass(frozen=True)
class ComparedSpeech:
    """The speech of an answer that sounds least like the candidate.

    Attributes:
        candidate_llr: natural logarithm of how much likelier it is the candidate's voice than
            another person's.
    """

    span: Span
    candidate_llr: float


@dataclass(frozen=True)
class FalseAlarms:
    """How often a signal was raised in interviews in which there was nothing to find.

    Attributes:
        upper_bound: of the rate, one-sided 95%.
        measured_on: what the interviews were.
    """

    flagged: int
    interviews: int
    upper_bound: float
    measured_on: str


@dataclass(frozen=True)
class Answer:
    """One answer as diarization left it.

    Attributes:
        candidate_ms: the candidate's speech.
        other_ms: speech of voices that are neither the candidate's nor the interviewer's.
        other_turns: where those voices speak.
        least_alike: what sounds least like the candidate; None where nothing can be compared.
        overlaps: where two voices speak at once, the interviewer's echo not counted.
        speech: voiced spans by voice activity detection, of anybody.
        interviewer: spans where the interviewer was heard.
        filled_pauses: held sounds between silences, found in the audio; of anybody.
    """

    answer_id: str
    revision: int
    words: tuple[SpokenWord, ...] = ()
    warm_up: bool = False
    typed: bool = False
    candidate_ms: int = 0
    other_ms: int = 0
    other_turns: tuple[Span, ...] = ()
    least_alike: ComparedSpeech | None = None
    overlaps: tuple[Span, ...] = ()
    speech: tuple[Span, ...] = ()
    interviewer: tuple[Span, ...] = ()
    filled_pauses: tuple[Span, ...] = ()
    channel: Channel = Channel.BROWSER


class Kind(Enum):
    """What a signal is about."""

    MULTIPLE_SPEAKERS = "multiple_speakers"
    READING_DETECTED = "reading_detected"


@dataclass(frozen=True)
class Evidence:
    """Where a reviewer should listen."""

    answer_id: str
    quote: str
    span: Span


@dataclass(frozen=True)
class Feature:
    """A figure that the signal rests on."""

    name: str
    value: float
    unit: str


@dataclass(frozen=True)
class Signal:
    """Advice to a person, never an input of a score.

    Attributes:
        false_alarms: None where they were never counted.
        score: 0 to 1, compared with `threshold`; None where there is too little to judge, and then
            nothing is flagged.
    """

    kind: Kind
    score: float | None
    threshold: float
    explanation: str
    evidence: tuple[Evidence, ...] = ()
    features: tuple[Feature, ...] = ()
    false_alarms: FalseAlarms | None = None

    @property
    def flagged(self) -> bool:
        """Whether a person should look."""
        return self.score is not None and self.score >= self.threshold
