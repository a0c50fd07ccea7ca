"""What interviews are made of: personas, frameworks, question sets."""

from typing import Literal

from viva.gateway.domain.library import EvidenceKind
from viva.gateway.entrypoints.schemas.documents.base import Document


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
