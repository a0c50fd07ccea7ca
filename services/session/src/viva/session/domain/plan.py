"""What one interview is to be: frozen values, made once from the interview's specification."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

SAMPLE_RATE_HZ = 16_000


class Evidence(StrEnum):
    """The part of an answer that a follow-up asks for."""

    SITUATION = "situation"
    ACTION = "action"
    RESULT = "result"
    SPECIFICS = "specifics"
    ELABORATION = "elaboration"


class Channel(StrEnum):
    """Where the candidate is."""

    BROWSER = "browser"
    PHONE = "phone"


class ConsentMode(StrEnum):
    """Whether the candidate is asked, or the customer holds the consent already."""

    EXPLICIT = "explicit"
    PRE_GRANTED = "pre_granted"


@dataclass(frozen=True)
class FollowUpPlan:
    """A follow-up and the evidence that it asks for."""

    id: str
    text: str
    evidence: Evidence


@dataclass(frozen=True)
class QuestionPlan:
    """One question; its limits are before the accommodations' factor."""

    id: str
    text: str
    competency_keys: tuple[str, ...] = ()
    thinking_time_ms: int = 0
    answer_limit_ms: int = 120_000
    follow_ups: tuple[FollowUpPlan, ...] = ()
    max_follow_ups: int = 0
    warm_up: bool = False


@dataclass(frozen=True)
class CompetencyPlan:
    """A competency of the framework, as frozen into the interview."""

    key: str
    name: str
    definition: str
    weight: float
    # Level (1, 3 or 5) to the anchor's text.
    anchors: Mapping[int, str] = field(default_factory=dict)
    indicators: tuple[str, ...] = ()


@dataclass(frozen=True)
class PersonaPlan:
    """Who interviews.

    Attributes:
        role: the interviewer's own, as it introduces itself: "an AI interviewer".
        job: that the candidate applies for.
    """

    name: str = ""
    role: str = ""
    job: str = ""
    company_name: str = ""
    language: str = "en"
    voice: str = ""
    tone: str = ""
    # Replaces the default greeting where it is set.
    greeting: str = ""


@dataclass(frozen=True)
class Plan:
    """All that the live conversation needs to know of an interview."""

    interview_id: str
    tenant_id: str
    persona: PersonaPlan
    questions: tuple[QuestionPlan, ...]
    competencies: tuple[CompetencyPlan, ...] = ()
    channel: Channel = Channel.BROWSER
    consent_mode: ConsentMode = ConsentMode.EXPLICIT
    # At least 1; stretches every timer of the conversation, and not the two limits below.
    time_factor: float = 1.0
    captions: bool = False
    text_answers: bool = False
    # Enforced as they are: whoever sets them has stretched them already.
    total_limit_ms: int = 900_000
    grace_ms: int = 60_000
