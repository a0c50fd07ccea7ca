"""What came of an interview: scores with their reasons, signals for people, answers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelVersion:
    """A model that had a part in the verdict."""

    name: str
    version: str
    sha256: str = ""


@dataclass(frozen=True)
class Quote:
    """Words of the candidate that a score rests on; times count from the answer's first sample."""

    answer_id: str
    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True)
class Contribution:
    """One summand of a score."""

    code: str
    label: str
    points: float
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True)
class CompetencyResult:
    """The score of one competency, 0 to 100, or the reason why there is none."""

    key: str
    name: str
    weight: float
    score: float | None
    null_reason: str = ""
    standard_error: float | None = None
    contributions: tuple[Contribution, ...] = ()
    suggestions: tuple[str, ...] = ()
    validation: str = ""


@dataclass(frozen=True)
class LanguageResult:
    """CEFR level with its interval, fluency and intelligibility, 0 to 100 each.

    Attributes:
        cefr_provisional: its cut-points were not set on rated speech.
        fluency_basis: what fluency was fitted on.
    """

    cefr: str | None = None
    cefr_low: str = ""
    cefr_high: str = ""
    cefr_null_reason: str = ""
    fluency: float | None = None
    fluency_null_reason: str = ""
    cefr_contributions: tuple[Contribution, ...] = ()
    fluency_contributions: tuple[Contribution, ...] = ()
    validation: str = ""
    cefr_provisional: bool = False
    cefr_validation: str = ""
    fluency_validation: str = ""
    fluency_basis: str = ""
    intelligibility: float | None = None
    intelligibility_null_reason: str = ""
    intelligibility_validation: str = ""
    fluency_standard_error: float | None = None
    intelligibility_standard_error: float | None = None


@dataclass(frozen=True)
class FalseAlarms:
    """How often a signal was raised where there was nothing to find.

    Attributes:
        upper_bound: of the rate, one-sided 95%.
    """

    flagged: int
    interviews: int
    upper_bound: float
    measured_on: str


@dataclass(frozen=True)
class Signal:
    """Something that a person should look at; never an input of a score."""

    kind: str
    flagged: bool
    score: float | None
    threshold: float
    calibration: str = ""
    explanation: str = ""
    quotes: tuple[Quote, ...] = ()
    false_alarms: FalseAlarms | None = None


@dataclass(frozen=True)
class AnswerResult:
    """One answer, without its words: those stay in the stored bundle.

    Attributes:
        recording_start_ms: where it begins in the session's recording; None for a typed one.
    """

    id: str
    revision: int
    question_id: str
    question: str
    follow_up_id: str = ""
    warm_up: bool = False
    typed: bool = False
    cut_short: bool = False
    duration_ms: int = 0
    thinking_ms: int = 0
    net_speech_ms: int = 0
    word_count: int = 0
    dropped_words: int = 0
    scores: tuple[tuple[str, float | None], ...] = ()
    missing_evidence: tuple[str, ...] = ()
    missing_stages: tuple[str, ...] = ()
    recording_start_ms: int | None = None


@dataclass(frozen=True)
class Verdict:
    """The result of one attempt."""

    overall: float | None
    overall_null_reason: str
    competencies: tuple[CompetencyResult, ...]
    language: LanguageResult
    signals: tuple[Signal, ...]
    confidence: float
    confidence_reasons: tuple[str, ...]
    review_recommended: bool
    models: tuple[ModelVersion, ...]
    answers: tuple[AnswerResult, ...] = ()
    questions_planned: int = 0
    questions_answered: int = 0
    overall_standard_error: float | None = None
    overall_validation: str = ""


@dataclass(frozen=True)
class VerdictRecord:
    """A verdict byte for byte, as it was made.

    Attributes:
        score: viva.common.v1.InterviewScore: scores, feature values, versions with their hashes,
            the transcript's version and the runtime's fingerprint.
        assessment: viva.common.v1.InterviewAssessment.
        sha256: of `score`.
    """

    interview_id: str
    attempt: int
    score: bytes
    assessment: bytes
    sha256: str
