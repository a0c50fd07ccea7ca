"""An interview, with its verdict when there is one."""

from typing import Literal

from pydantic import Field

from viva.gateway.domain.interview import Channel, ConsentMode, Keeper
from viva.gateway.domain.lifecycle import Status
from viva.gateway.entrypoints.schemas.documents.base import Document
from viva.gateway.entrypoints.schemas.documents.explanations import Explanation
from viva.gateway.entrypoints.schemas.documents.reviews import OverrideDocument, ReviewSummary


class Accommodations(Document):
    """What makes the conversation accessible."""

    thinking_time_factor: float
    captions: bool
    text_answers: bool


class Limits(Document):
    """How long it may last, and a drop; as it is enforced, accommodations included."""

    total_s: float
    grace_s: float


class Language(Document):
    """The candidate's command of the language."""

    cefr: str | None
    fluency: int | None


class FraudSignals(Document):
    """Advice for a person; null where it was not assessed."""

    multiple_speakers: bool | None
    reading_detected: bool | None


class Failure(Document):
    """Why there is no result."""

    code: str
    detail: str


class Word(Document):
    """A word; `dropped` where somebody else said it."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float
    speaker: str | None
    dropped: bool


class Transcript(Document):
    """What the candidate said."""

    language: str
    text: str
    words: list[Word]


class Answer(Document):
    """One answer; `partial` where the line dropped in it."""

    id: str
    revision: int
    question_id: str
    question: str
    follow_up_id: str | None
    warm_up: bool
    typed: bool
    partial: bool
    recording_start_ms: int | None = Field(
        description="Where it begins in the recording; times in it count from there"
    )
    duration_ms: int
    thinking_ms: int
    net_speech_ms: int
    words: int
    words_of_others: int
    scores: dict[str, float | None]
    missing_evidence: list[str]
    missing_stages: list[str]
    transcript: Transcript | None = Field(None, description="With include=transcript")


class Questions(Document):
    """Scored questions."""

    planned: int
    answered: int


class Recording(Document):
    """Where to hear it."""

    url: str
    media_type: Literal["audio/wav"]
    size_bytes: int
    sha256: str


class DefinitionVersion(Document):
    """Which version of a definition was frozen; an inline one has no id."""

    id: str | None
    version: int | None
    name: str


class ModelVersion(Document):
    """A model that had a part in the verdict."""

    name: str
    version: str
    sha256: str | None


class Versions(Document):
    """All that the verdict depends on."""

    persona: DefinitionVersion
    framework: DefinitionVersion
    question_set: DefinitionVersion
    models: list[ModelVersion]


class Candidate(Document):
    """Contact data."""

    name: str | None
    email: str | None
    phone: str | None


class CallWindow(Document):
    """When the candidate may be called."""

    time_zone: str
    from_: str = Field(alias="from")
    until: str
    weekdays: list[int]


class CallProgressDocument(Document):
    """How far the calls of this attempt are."""

    state: Literal["waiting", "talking", "over", "failed"]
    calls: int = Field(description="Made so far, and taken from the candidate")
    last_outcome: str | None = Field(
        description="Of the newest call that came to nothing: busy, no_answer, voicemail, "
        "rejected, network, dropped, number_forbidden, no_trunk or expired"
    )
    next_call_at: str | None


class CallDocument(Document):
    """How a telephone interview comes about."""

    direction: Literal["outbound", "inbound"]
    window: CallWindow | None
    trunk: str | None
    max_calls: int | None
    call_back: bool
    progress: CallProgressDocument


class ErasureDocument(Document):
    """How far an erasure is: who has not confirmed yet, and since when nothing is left."""

    requested_at: str
    completed_at: str | None
    outstanding: list[Keeper]


class InterviewSummary(Document):
    """An interview in a list."""

    id: str
    interview_id: str
    object: Literal["interview"]
    status: Status
    attempt: int
    mode: Literal["live", "test"]
    channel: Channel
    role: str
    external_id: str | None
    vacancy: str | None
    metadata: dict[str, str]
    tags: list[str]
    consent_mode: ConsentMode
    accommodations: Accommodations
    limits: Limits
    call: CallDocument | None = Field(description="Of the channel phone")
    created_at: str
    expires_at: str
    started_at: str | None
    ended_at: str | None
    end_reason: str | None
    cancel_requested: bool
    overall_score: int | None
    competencies: dict[str, int | None]
    language: Language
    fraud_signals: FraudSignals
    confidence: float | None
    confidence_reasons: list[str]
    review_recommended: bool | None
    failure: Failure | None
    questions: Questions
    overrides: list[OverrideDocument]
    reviews: list[ReviewSummary]
    recording: Recording | None
    charged: bool
    erasure: ErasureDocument | None = Field(description="Once the candidate is to be forgotten")
    versions: Versions


class InterviewDocument(InterviewSummary):
    """An interview with its verdict; webhooks and the public topic carry the same."""

    explanation: Explanation | None
    answers: list[Answer]
    candidate: Candidate | None = Field(None, description="With include=candidate")


class InterviewWithLink(InterviewDocument):
    """An interview with the candidate's link, which is shown once."""

    join_url: str
    call_code: str | None = Field(
        None, description="Of the channel phone: to call in with; shown once"
    )
