"""The form of every answer, for the OpenAPI document; a test holds real answers against it."""

from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from viva.gateway.domain.interview import Channel, ConsentMode, Keeper
from viva.gateway.domain.library import EvidenceKind
from viva.gateway.domain.lifecycle import Status
from viva.gateway.domain.reviews import Decision, ReviewStatus

Item = TypeVar("Item")


class Document(BaseModel):
    """An answer."""

    model_config = ConfigDict(extra="forbid")


class ListDocument(Document, Generic[Item]):
    """Part of a list, newest first; the next part begins after the last item's id."""

    object: Literal["list"]
    data: list[Item]
    has_more: bool


class FieldProblem(Document):
    """One thing that is wrong."""

    pointer: str = Field(description="JSON pointer into the body")
    code: str
    detail: str


class Problem(Document):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str = Field(description="What a program branches on")
    request_id: str
    errors: list[FieldProblem]


class Branding(Document):
    """What the join page shows."""

    company_name: str
    accent_color: str


class PersonaDocument(Document):
    """An interviewer."""

    id: str
    object: Literal["persona"]
    version: int
    built_in: bool
    created_at: str
    name: str
    role: str
    language: str
    voice: str
    tone: str
    greeting: str
    branding: Branding


class Anchor(Document):
    """What an answer of a level looks like."""

    level: int
    text: str


class Competency(Document):
    """One thing that is scored."""

    key: str
    name: str
    definition: str
    weight: float
    anchors: list[Anchor]
    indicators: list[str]


class FrameworkDocument(Document):
    """What a verdict is about."""

    id: str
    object: Literal["framework"]
    version: int
    built_in: bool
    created_at: str
    name: str
    competencies: list[Competency]


class FollowUp(Document):
    """A further question."""

    id: str
    text: str
    evidence: EvidenceKind


class Question(Document):
    """One question."""

    id: str
    text: str
    competencies: list[str]
    thinking_time_s: float
    answer_limit_s: float
    follow_ups: list[FollowUp]
    max_follow_ups: int
    warm_up: bool


class QuestionSetDocument(Document):
    """The script."""

    id: str
    object: Literal["question_set"]
    version: int
    built_in: bool
    created_at: str
    name: str
    questions: list[Question]


class Accommodations(Document):
    """What makes the conversation accessible."""

    thinking_time_factor: float
    captions: bool
    text_answers: bool


class Limits(Document):
    """How long it may last."""

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


class Quote(Document):
    """Words that a score rests on; times count from the answer's first sample."""

    answer_id: str
    text: str
    start_ms: int
    end_ms: int


class Contribution(Document):
    """One summand: the points of a score's contributions add up to it."""

    code: str
    label: str
    points: float
    quotes: list[Quote]


class OverallExplanation(Document):
    """The weighted mean of the competencies."""

    score: float | None
    null_reason: str | None
    weights: dict[str, float]


class CompetencyExplanation(Document):
    """Why a competency's score is as it is."""

    name: str
    weight: float
    score: float | None
    null_reason: str | None
    standard_error: float | None
    validation: str | None
    contributions: list[Contribution]
    suggestions: list[str]


class CefrExplanation(Document):
    """Why the level, and how sure."""

    level: str | None
    low: str | None
    high: str | None
    null_reason: str | None
    contributions: list[Contribution]
    provisional: bool
    validation: str | None


class FluencyExplanation(Document):
    """Why the fluency is as it is, and what the model was fitted on."""

    score: float | None
    null_reason: str | None
    contributions: list[Contribution]
    validation: str | None
    basis: str | None


class IntelligibilityExplanation(Document):
    """How surely the words were recognized; it enters no other score."""

    score: float | None
    null_reason: str | None
    validation: str | None


class LanguageExplanation(Document):
    """Level, fluency and intelligibility."""

    cefr: CefrExplanation
    fluency: FluencyExplanation
    intelligibility: IntelligibilityExplanation
    validation: str | None


class SignalExplanation(Document):
    """What was noticed; it never enters a score."""

    flagged: bool
    score: float | None
    threshold: float
    calibration: str | None
    explanation: str | None
    quotes: list[Quote]


class Explanation(Document):
    """Why the verdict is as it is, unrounded."""

    overall_score: OverallExplanation
    competencies: dict[str, CompetencyExplanation]
    language: LanguageExplanation
    fraud_signals: dict[str, SignalExplanation]


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


class OverrideDocument(Document):
    """Who replaced what."""

    id: str
    target: str
    original: int | str | None
    value: int | str | None
    reason: str
    by: str
    key_id: str
    at: str


class ReviewSummary(Document):
    """A review, in short."""

    id: str
    status: ReviewStatus
    reasons: list[str]
    created_at: str
    decision: Decision | None
    decided_by: str | None
    decided_at: str | None


class Note(Document):
    """A remark."""

    text: str
    by: str
    at: str


class ReviewDocument(ReviewSummary):
    """A review."""

    object: Literal["review"]
    interview_id: str
    attempt: int
    notes: list[Note]


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


class CreditsDocument(Document):
    """The balance."""

    object: Literal["credits"]
    balance: int
    reserved: int
    available: int
    price_of_an_interview: int


class LedgerDocument(Document):
    """One movement."""

    id: str
    object: Literal["ledger_entry"]
    kind: Literal["top_up", "reserve", "settle", "release"]
    amount: int
    created_at: str
    balance_after: int
    reserved_after: int
    event_id: str
    interview_id: str | None
    attempt: int | None
    note: str


class KeyDocument(Document):
    """An API key, without its secret."""

    id: str
    object: Literal["api_key"]
    name: str
    mode: Literal["live", "test"]
    scopes: list[str]
    hint: str
    created_at: str
    expires_at: str | None
    revoked_at: str | None


class KeyWithSecret(KeyDocument):
    """A fresh API key."""

    secret: str


class EndpointDocument(Document):
    """Where webhooks go."""

    id: str
    object: Literal["webhook_endpoint"]
    url: str
    description: str
    event_types: list[str]
    enabled: bool
    disabled_reason: str | None
    created_at: str | None


class EndpointWithSecret(EndpointDocument):
    """A fresh endpoint."""

    secret: str


class SecretDocument(Document):
    """A signing secret, `whsec_...`."""

    secret: str


class DeliveryTry(Document):
    """One attempt to deliver."""

    at: str | None
    http_status: int | None
    error: str | None
    duration_ms: int


class DeliveryDocument(Document):
    """One webhook on its way."""

    id: str
    object: Literal["webhook_delivery"]
    endpoint_id: str | None
    url: str
    interview_id: str
    event_id: str
    event_type: str
    status: str
    tries: list[DeliveryTry]
    next_try_at: str | None
    created_at: str | None


class InvitationDocument(Document):
    """An e-mail with the join link."""

    id: str
    object: Literal["invitation"]
    interview_id: str
    email: str
    status: str
    error: str | None
    created_at: str | None
    sent_at: str | None


class AuditDocument(Document):
    """Who read or changed what."""

    id: str
    object: Literal["audit_record"]
    at: str
    action: str
    target: str
    key_id: str
    key_name: str
    request_id: str
    details: dict[str, Any]
