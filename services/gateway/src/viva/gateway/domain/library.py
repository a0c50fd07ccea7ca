"""What an interview is made from: personas, competency frameworks, question sets."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar


class EvidenceKind(StrEnum):
    """What a follow-up asks for; one is chosen by which of these is still missing."""

    SITUATION = "situation"
    ACTION = "action"
    RESULT = "result"
    SPECIFICS = "specifics"
    ELABORATION = "elaboration"


class Tone(StrEnum):
    """How the interviewer puts its greeting and its standing phrases."""

    WARM = "warm"
    NEUTRAL = "neutral"
    FORMAL = "formal"


@dataclass(frozen=True)
class Branding:
    """What the join page shows of the customer. The colour is `#rrggbb` or empty."""

    company_name: str = ""
    accent_color: str = ""


@dataclass(frozen=True)
class Persona:
    """The interviewer: how it is called, speaks and greets. The language is BCP 47.

    Attributes:
        role: as it introduces itself: "an AI interviewer".
    """

    name: str
    role: str = ""
    language: str = "en"
    voice: str = ""
    tone: str = ""
    greeting: str = ""
    branding: Branding = Branding()


@dataclass(frozen=True)
class Anchor:
    """What an answer of this level (1, 3 or 5) looks like."""

    level: int
    text: str


@dataclass(frozen=True)
class Fitted:
    """Weights of the evidence, fitted to the customer's raters.

    Attributes:
        id: of the calibration.
        factors: by code of evidence; 1 is the shipped weight.
        candidates: scored and rated ones that it rests on.
    """

    id: str
    factors: Mapping[str, float]
    candidates: int
    raters: int


@dataclass(frozen=True)
class Competency:
    """One thing that is scored; weights are relative to each other.

    Attributes:
        calibration: None where the shipped weights count.
    """

    key: str
    name: str
    definition: str
    weight: float
    anchors: tuple[Anchor, ...]
    indicators: tuple[str, ...] = ()
    calibration: Fitted | None = None

    def asks_the_same(self, other: "Competency") -> bool:
        """Whether both are scored by the same evidence; their weights may differ."""
        return replace(self, weight=0, calibration=None) == replace(
            other, weight=0, calibration=None
        )


@dataclass(frozen=True)
class Framework:
    """The competencies that a verdict is about."""

    name: str
    competencies: tuple[Competency, ...]


@dataclass(frozen=True)
class AnchorCheck:
    """How the scoring model ranks answers written from a competency's anchors.

    Attributes:
        right: pairs of answers that came out in the order of their anchors, of `pairs`.
        distinguishable: whether that is enough.
        levels: level and mean score of the answers written from its anchor.
    """

    key: str
    pairs: int
    right: int
    distinguishable: bool
    levels: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class FollowUp:
    """A further question, asked where its kind of evidence is still missing."""

    id: str
    text: str
    evidence: EvidenceKind


@dataclass(frozen=True)
class Question:
    """One question of the script. A warm-up is heard, never scored."""

    id: str
    text: str
    competency_keys: tuple[str, ...] = ()
    thinking_time_ms: int = 0
    answer_limit_ms: int = 90_000
    follow_ups: tuple[FollowUp, ...] = ()
    max_follow_ups: int = 1
    warm_up: bool = False


@dataclass(frozen=True)
class QuestionSet:
    """The script of an interview."""

    name: str
    questions: tuple[Question, ...]


Definition = Persona | Framework | QuestionSet
D = TypeVar("D", Persona, Framework, QuestionSet)


@dataclass(frozen=True)
class Entry(Generic[D]):
    """A definition as it is kept: every change is a new version, the old ones stay.

    Attributes:
        id: with the prefix `ps_`, `fw_` or `qs_`.
        tenant_id: empty for what is built in.
        version: from 1.
    """

    id: str
    tenant_id: str
    version: int
    created_at: datetime
    definition: D
