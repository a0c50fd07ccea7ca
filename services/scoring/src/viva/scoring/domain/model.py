"""What scoring works on: answers as they were said, and what it finds in them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from viva.scoring.domain.foreign import is_foreign

_PARTS = re.compile(r"[.;,]\s*(?:and\s+)?|\s+and\s+")


@dataclass(frozen=True)
class Span:
    """Milliseconds from the first sample of the answer's audio."""

    start_ms: int
    end_ms: int

    @property
    def length_ms(self) -> int:
        """Never negative, whatever a broken transcript says."""
        return max(0, self.end_ms - self.start_ms)


@dataclass(frozen=True)
class SpokenWord:
    """One word of the transcript.

    Attributes:
        dropped: somebody else said it.
        confidence: the recognizer's probability, 0 to 1; 1 for a typed word.
    """

    text: str
    span: Span
    dropped: bool = False
    confidence: float = 1.0


@dataclass(frozen=True)
class Competency:
    """What the framework asks for; `anchors` maps the levels 1, 3 and 5 to their texts.

    Attributes:
        factors: by code of evidence, how much it counts after the customer's calibration; None
            where the shipped weights count.
    """

    key: str
    name: str
    definition: str = ""
    weight: float = 1.0
    anchors: Mapping[int, str] | None = None
    indicators: tuple[str, ...] = ()
    factors: Mapping[str, float] | None = None

    @property
    def shown_by(self) -> tuple[str, ...]:
        """What an answer can show: the indicators, or else the parts of the best anchor."""
        best = (self.anchors or {}).get(max(self.anchors or {5: ""}), "")
        parts = (part.strip() for part in _PARTS.split(best))
        return self.indicators or tuple(part for part in parts if part) or self.texts[:1]

    @property
    def texts(self) -> tuple[str, ...]:
        """All that describes the competency, for telling what an answer is about."""
        parts = (self.name, self.definition, *(self.anchors or {}).values(), *self.indicators)
        return tuple(part for part in parts if part.strip())


@dataclass(frozen=True)
class Answer:
    """One answer with all that its score may depend on.

    Attributes:
        language: primary subtag that the persona speaks, for example "en".
        heard_language: primary subtag that was recognized.
        language_probability: that it was this one, 0 to 1, by the sound; None where nobody listened
            for it.
        speech: voiced spans by voice activity detection.
        interviewer: spans where the interviewer was heard.
        syllables_ms: where syllables sound, found in the audio without the words.
        typed: the candidate wrote this answer; it has no timing.
        analysed: False where no transcript came, so that nothing is known of what was said.
    """

    answer_id: str
    revision: int
    question_id: str
    question_text: str
    words: tuple[SpokenWord, ...]
    competencies: tuple[Competency, ...] = ()
    follow_up: bool = False
    warm_up: bool = False
    typed: bool = False
    analysed: bool = True
    language: str = "en"
    heard_language: str = "en"
    language_probability: float | None = None
    speech: tuple[Span, ...] = ()
    interviewer: tuple[Span, ...] = ()
    syllables_ms: tuple[int, ...] = ()

    @property
    def language_matches(self) -> bool:
        """Whether the answer is in the persona's language, as far as that can be told."""
        if self.heard_language and self.heard_language != self.language:
            return False
        return self.language != "en" or not is_foreign(word.text for word in self.words)


class EvidenceKind(Enum):
    """What a behavioural answer is made of."""

    SITUATION = "situation"
    ACTION = "action"
    RESULT = "result"
    SPECIFICS = "specifics"
    ELABORATION = "elaboration"


@dataclass(frozen=True)
class Evidence:
    """A quote that a score rests on."""

    answer_id: str
    quote: str
    span: Span


@dataclass(frozen=True)
class Contribution:
    """One summand of a score, in tenths of a point so that sums are exact."""

    code: str
    label: str
    tenths: int
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Suggestion:
    """What would have raised a score, and by how many tenths."""

    tenths: int
    text: str

    def __str__(self) -> str:
        whole, rest = divmod(self.tenths, 10)
        return f"+{whole}.{rest} {self.text}" if rest else f"+{whole} {self.text}"


@dataclass(frozen=True)
class Scored:
    """A score out of 1000 tenths with its summands, or the reason why there is none.

    Attributes:
        shipped: tenths by code of evidence, before any calibration.
        cap: what the score may not pass, in tenths.
    """

    tenths: int | None
    null_reason: str = ""
    contributions: tuple[Contribution, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    shipped: tuple[tuple[str, int], ...] = ()
    cap: int = 1000


def nothing(reason: str) -> Scored:
    """A score that cannot be given."""
    return Scored(None, reason)
