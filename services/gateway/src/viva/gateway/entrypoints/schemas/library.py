"""Bodies of personas, frameworks and question sets, and how they are shown."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from viva.gateway.application.presenting import Json, timestamp
from viva.gateway.domain import builtin
from viva.gateway.domain.library import (
    Anchor,
    Branding,
    Competency,
    Entry,
    EvidenceKind,
    FollowUp,
    Framework,
    Persona,
    Question,
    QuestionSet,
    Tone,
)
from viva.gateway.entrypoints.schemas.fields import (
    Body,
    Key,
    Line,
    OptionalLine,
    OptionalProse,
    Prose,
)

Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
Colour = Annotated[str, StringConstraints(pattern=r"^(#[0-9a-fA-F]{6})?$")]
_MS = 1000


class BrandingBody(Body):
    """What the join page shows of you."""

    company_name: OptionalLine = ""
    accent_color: Colour = Field("", description="#rrggbb")


class PersonaBody(Body):
    """The interviewer."""

    name: Line
    role: OptionalLine = Field("", description="As it introduces itself: an AI interviewer")
    language: Language = Field("en", description="BCP 47; must be one that the models speak")
    voice: OptionalLine = builtin.DEFAULT_VOICE
    tone: Tone = Field(Tone.WARM, description="Of the greeting and the standing phrases")
    greeting: OptionalProse = Field("", description="Said instead of the usual greeting")
    branding: BrandingBody = BrandingBody()

    def definition(self) -> Persona:
        """Reads the body."""
        return Persona(
            name=self.name,
            role=self.role,
            language=self.language,
            voice=self.voice,
            tone=self.tone.value,
            greeting=self.greeting,
            branding=Branding(self.branding.company_name, self.branding.accent_color),
        )


class AnchorBody(Body):
    """What an answer of a level looks like."""

    level: int = Field(description="1, 3 or 5")
    text: Prose


class CompetencyBody(Body):
    """One thing that is scored."""

    key: Key
    name: Line
    definition: Prose
    weight: float = Field(gt=0, le=1000, allow_inf_nan=False, description="Relative to the others")
    anchors: list[AnchorBody] = Field(min_length=1, max_length=10)
    indicators: list[Line] = Field([], max_length=20)


class FrameworkBody(Body):
    """What a verdict is about."""

    name: Line
    competencies: list[CompetencyBody] = Field(min_length=1, max_length=20)

    def definition(self) -> Framework:
        """Reads the body."""
        return Framework(
            name=self.name,
            competencies=tuple(
                Competency(
                    key=given.key,
                    name=given.name,
                    definition=given.definition,
                    weight=given.weight,
                    anchors=tuple(Anchor(anchor.level, anchor.text) for anchor in given.anchors),
                    indicators=tuple(given.indicators),
                )
                for given in self.competencies
            ),
        )


class FollowUpBody(Body):
    """A further question, asked where its kind of evidence is missing."""

    id: Key | None = None
    text: Prose
    evidence: EvidenceKind


class QuestionBody(Body):
    """One question."""

    id: Key | None = Field(None, description="q1, q2, ... where it is not given")
    text: Prose
    competencies: list[Key] = Field([], max_length=20)
    thinking_time_s: float = Field(0, ge=0, le=300, allow_inf_nan=False)
    answer_limit_s: float = Field(90, ge=2, le=900, allow_inf_nan=False)
    follow_ups: list[FollowUpBody] = Field([], max_length=10)
    max_follow_ups: int = Field(1, ge=0, le=5)
    warm_up: bool = Field(False, description="Heard and compared with, never scored")


class QuestionSetBody(Body):
    """The script."""

    name: Line
    questions: list[QuestionBody] = Field(min_length=1, max_length=50)

    def definition(self) -> QuestionSet:
        """Reads the body; questions without an id are numbered."""
        return QuestionSet(
            name=self.name,
            questions=tuple(
                _question(given, given.id or f"q{number}")
                for number, given in enumerate(self.questions, start=1)
            ),
        )


def _question(given: QuestionBody, question_id: str) -> Question:
    return Question(
        id=question_id,
        text=given.text,
        competency_keys=tuple(given.competencies),
        thinking_time_ms=round(given.thinking_time_s * _MS),
        answer_limit_ms=round(given.answer_limit_s * _MS),
        follow_ups=tuple(
            FollowUp(asked.id or f"{question_id}_f{number}", asked.text, asked.evidence)
            for number, asked in enumerate(given.follow_ups, start=1)
        ),
        max_follow_ups=given.max_follow_ups,
        warm_up=given.warm_up,
    )


def persona_document(entry: Entry[Persona]) -> Json:
    """Shows a persona."""
    persona = entry.definition
    return _head(entry, "persona") | {
        "name": persona.name,
        "role": persona.role,
        "language": persona.language,
        "voice": persona.voice,
        "tone": persona.tone or Tone.WARM.value,
        "greeting": persona.greeting,
        "branding": {
            "company_name": persona.branding.company_name,
            "accent_color": persona.branding.accent_color,
        },
    }


def framework_document(entry: Entry[Framework]) -> Json:
    """Shows a framework."""
    return _head(entry, "framework") | {
        "name": entry.definition.name,
        "competencies": [
            {
                "key": found.key,
                "name": found.name,
                "definition": found.definition,
                "weight": found.weight,
                "anchors": [
                    {"level": anchor.level, "text": anchor.text} for anchor in found.anchors
                ],
                "indicators": list(found.indicators),
            }
            for found in entry.definition.competencies
        ],
    }


def question_set_document(entry: Entry[QuestionSet]) -> Json:
    """Shows a question set."""
    return _head(entry, "question_set") | {
        "name": entry.definition.name,
        "questions": _questions(entry.definition.questions),
    }


def _questions(questions: Sequence[Question]) -> list[Json]:
    return [
        {
            "id": question.id,
            "text": question.text,
            "competencies": list(question.competency_keys),
            "thinking_time_s": question.thinking_time_ms / _MS,
            "answer_limit_s": question.answer_limit_ms / _MS,
            "follow_ups": [
                {"id": asked.id, "text": asked.text, "evidence": asked.evidence.value}
                for asked in question.follow_ups
            ],
            "max_follow_ups": question.max_follow_ups,
            "warm_up": question.warm_up,
        }
        for question in questions
    ]


def _head(entry: Entry[Any], kind: str) -> Json:
    return {
        "id": entry.id,
        "object": kind,
        "version": entry.version,
        "built_in": not entry.tenant_id,
        "created_at": timestamp(entry.created_at),
    }
