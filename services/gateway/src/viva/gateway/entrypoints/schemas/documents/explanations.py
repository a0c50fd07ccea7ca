"""Why a verdict says what it says."""

from viva.gateway.entrypoints.schemas.documents.base import Document


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
    """The weighted mean of the competencies; its validation is the weakest of theirs."""

    score: float | None
    null_reason: str | None
    standard_error: float | None
    validation: str | None
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
    standard_error: float | None
    contributions: list[Contribution]
    validation: str | None
    basis: str | None


class IntelligibilityExplanation(Document):
    """How surely the words were recognized; it enters no other score."""

    score: float | None
    null_reason: str | None
    standard_error: float | None
    validation: str | None


class LanguageExplanation(Document):
    """Level, fluency and intelligibility."""

    cefr: CefrExplanation
    fluency: FluencyExplanation
    intelligibility: IntelligibilityExplanation
    validation: str | None


class FalseAlarmsDocument(Document):
    """How often a signal was raised in interviews in which there was nothing to find.

    `upper_bound` of the rate, one-sided 95%.
    """

    flagged: int
    interviews: int
    upper_bound: float
    measured_on: str


class SignalExplanation(Document):
    """What was noticed; it never enters a score."""

    flagged: bool
    score: float | None
    threshold: float
    calibration: str | None
    explanation: str | None
    quotes: list[Quote]
    false_alarms: FalseAlarmsDocument | None


class Explanation(Document):
    """Why the verdict is as it is, unrounded."""

    overall_score: OverallExplanation
    competencies: dict[str, CompetencyExplanation]
    language: LanguageExplanation
    fraud_signals: dict[str, SignalExplanation]
