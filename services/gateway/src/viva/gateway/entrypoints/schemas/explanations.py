"""The glass box and the replay, as documents."""

from typing import Any, Literal

from pydantic import Field

from viva.gateway.domain.lifecycle import Status
from viva.gateway.entrypoints.schemas.documents.base import Document
from viva.gateway.entrypoints.schemas.documents.explanations import Contribution, Explanation, Quote
from viva.gateway.entrypoints.schemas.documents.interviews import Versions
from viva.gateway.entrypoints.schemas.documents.reviews import OverrideDocument


class FeatureDocument(Document):
    """A value that a score was computed from."""

    name: str
    value: float
    unit: str | None


class SpanDocument(Document):
    """Milliseconds from the answer's first sample."""

    start_ms: int
    end_ms: int


class SpeakerDocument(Document):
    """A voice in an answer."""

    label: str
    role: str
    speech_ms: int
    similarity_to_candidate: float | None
    similarity_to_interviewer: float | None


class DroppedWord(Document):
    """A word that somebody else said; it is in no score."""

    text: str
    start_ms: int
    end_ms: int
    speaker: str | None


class AnswerSignal(Document):
    """What was noticed in one answer, beside the candidate's own warm-up."""

    kind: str
    flagged: bool
    score: float | None
    threshold: float
    calibration: str | None
    explanation: str | None
    features: list[FeatureDocument]
    quotes: list[Quote]


class AnswerCompetency(Document):
    """What one answer by itself shows of a competency."""

    score: float | None
    null_reason: str | None
    contributions: list[Contribution]
    suggestions: list[str]


class AnswerExplanation(Document):
    """One answer: what was measured in it."""

    id: str
    question_id: str
    follow_up_id: str | None
    warm_up: bool
    features: list[FeatureDocument]
    competencies: dict[str, AnswerCompetency]
    missing_evidence: list[str]
    filled_pauses: list[SpanDocument]
    speakers: list[SpeakerDocument]
    dropped_words: list[DroppedWord]
    signals: list[AnswerSignal]


class QuestionFindings(Document):
    """Points by kind of evidence before any calibration, and the bound that applied."""

    question_id: str
    features: list[FeatureDocument]
    cap: float


class WithDroppedWords(Document):
    """The scores as they would be with the words that were dropped as another's."""

    words: int
    share: float
    overall_score: float | None
    competencies: dict[str, float | None]
    fluency: float | None
    cefr: str | None


class Origin(Document):
    """What a score was computed from, and where."""

    sha256: str = Field(description="Of the score, serialized")
    bundle_sha256: str | None
    transcript_sha256: str | None
    runtime: str | None


class ExplanationDocument(Document):
    """Why the verdict is as it is."""

    object: Literal["explanation"]
    interview_id: str
    status: Status
    confidence: float | None
    confidence_reasons: list[str]
    explanation: Explanation | None
    versions: Versions
    overrides: list[OverrideDocument]
    language_features: list[FeatureDocument]
    signal_features: dict[str, list[FeatureDocument]]
    findings: dict[str, list[QuestionFindings]] = Field(description="By competency")
    with_dropped_words: WithDroppedWords | None
    answers: list[AnswerExplanation]
    origin: Origin | None = Field(description="Null for a verdict that cannot be replayed")


class Version(Document):
    """Of a model, a word list or a library."""

    version: str
    sha256: str | None


class ChangedVersion(Document):
    """What changed since the verdict."""

    name: str
    stored: Version | None
    recomputed: Version | None


class Difference(Document):
    """A value that came out otherwise."""

    pointer: str = Field(description="JSON pointer into the score")
    stored: Any
    recomputed: Any


class RescoreDocument(Document):
    """A verdict's score, computed again."""

    object: Literal["rescore"]
    interview_id: str
    attempt: int
    identical: bool = Field(description="Byte for byte")
    stored: Origin
    recomputed: Origin
    changed_versions: list[ChangedVersion]
    differences: list[Difference]
