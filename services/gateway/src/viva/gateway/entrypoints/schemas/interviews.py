"""Bodies of interviews."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AliasChoices,
    Discriminator,
    Field,
    StrictInt,
    StringConstraints,
    Tag,
    model_validator,
)

from viva.gateway.application.labelling import Relabel
from viva.gateway.application.ordering import OrderInterview
from viva.gateway.domain.interview import (
    Accommodations,
    CallOrder,
    CallWindow,
    Candidate,
    Channel,
    ConsentMode,
)
from viva.gateway.domain.simulation import Behaviour
from viva.gateway.entrypoints.schemas.fields import (
    Body,
    Code,
    Email,
    Line,
    Moment,
    OptionalLine,
    OptionalProse,
    Phone,
    Prose,
    TimeOfDay,
    Url,
)
from viva.gateway.entrypoints.schemas.library import FrameworkBody, PersonaBody, QuestionSetBody

_MS = 1000
_METADATA_BYTES = 8192


def _by_id_or_inline(value: Any) -> str:
    # The tags begin with "~": they are no part of a JSON pointer.
    return "~id" if isinstance(value, str) else "~inline"


def _metadata_fits(metadata: dict[str, str]) -> dict[str, str]:
    size = sum(len(key.encode()) + len(value.encode()) for key, value in metadata.items())
    if size > _METADATA_BYTES:
        raise ValueError(f"has {size} bytes, more than {_METADATA_BYTES}")
    return metadata


def _distinct(tags: list[str]) -> list[str]:
    if len(set(tags)) < len(tags):
        raise ValueError("holds a tag twice")
    return tags


_ById = Annotated[Code, Tag("~id")]
PersonaChoice = Annotated[
    _ById | Annotated[PersonaBody, Tag("~inline")], Discriminator(_by_id_or_inline)
]
FrameworkChoice = Annotated[
    _ById | Annotated[FrameworkBody, Tag("~inline")], Discriminator(_by_id_or_inline)
]
QuestionSetChoice = Annotated[
    _ById | Annotated[QuestionSetBody, Tag("~inline")], Discriminator(_by_id_or_inline)
]
MetadataKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,40}$")]
MetadataValue = Annotated[OptionalProse, StringConstraints(max_length=500)]
Metadata = Annotated[
    dict[MetadataKey, MetadataValue], Field(max_length=50), AfterValidator(_metadata_fits)
]
TagName = Annotated[Line, StringConstraints(max_length=40)]
Tags = Annotated[list[TagName], Field(max_length=20), AfterValidator(_distinct)]


class CandidateBody(Body):
    """Contact data, for an invitation or a call. It is in no event and no webhook."""

    name: OptionalLine = ""
    email: Email | None = None
    phone: Phone | None = None


class AccommodationsBody(Body):
    """What makes the conversation accessible."""

    thinking_time_factor: float = Field(
        1.0,
        ge=1,
        le=4,
        allow_inf_nan=False,
        description="Stretches every timer, and the limits that are not named",
    )
    captions: bool = True
    text_answers: bool = False


class LimitsBody(Body):
    """How long a conversation may last, and a dropped candidate may take to come back.

    What is given holds as it is; what is not is stretched by the accommodations.
    """

    total_s: float | None = Field(None, ge=5, le=7200, allow_inf_nan=False)
    grace_s: float | None = Field(None, ge=1, le=3600, allow_inf_nan=False)


class CallWindowBody(Body):
    """When the candidate may be called."""

    time_zone: Line = Field(description="IANA name, such as Europe/Berlin")
    from_: TimeOfDay = Field("09:00", alias="from")
    until: TimeOfDay = "20:00"
    weekdays: list[Annotated[int, Field(ge=1, le=7)]] = Field(
        default_factory=list, max_length=7, description="1 for Monday to 7; empty for all"
    )

    @model_validator(mode="after")
    def _ends_later(self) -> "CallWindowBody":
        if minute_of(self.from_) >= minute_of(self.until):
            raise ValueError("until lies after from, on the same day")
        return self


class CallBody(Body):
    """How a telephone interview comes about."""

    direction: Literal["outbound", "inbound"] = "outbound"
    window: CallWindowBody | None = Field(None, description="None: at any time")
    trunk: OptionalLine = Field("", description="Its name; any where it is empty")
    max_calls: int | None = Field(None, ge=1, le=10, description="One budget for all reasons")
    call_back: bool = Field(True, description="Once, where the line drops")

    def order(self) -> CallOrder:
        """Reads the body."""
        window = self.window
        return CallOrder(
            window=CallWindow(
                window.time_zone,
                minute_of(window.from_),
                minute_of(window.until),
                tuple(sorted(set(window.weekdays))),
            )
            if window
            else None,
            trunk=self.trunk,
            max_calls=self.max_calls or 0,
            call_back=self.call_back,
            outbound=self.direction == "outbound",
        )


class CreateInterviewBody(Body):
    """An interview to be conducted. A role and a channel are enough."""

    role: Line = Field(description="The job that the candidate applies for")
    channel: Channel
    persona: PersonaChoice | None = Field(None, description="An id or a definition")
    framework: FrameworkChoice | None = Field(None, description="An id or a definition")
    question_set: QuestionSetChoice | None = Field(None, description="An id or a definition")
    candidate: CandidateBody = CandidateBody()
    external_id: Code | None = Field(
        None, validation_alias=AliasChoices("external_id", "externalId")
    )
    metadata: Metadata = Field(default_factory=dict)
    tags: Tags = Field(default_factory=list)
    consent_mode: ConsentMode = ConsentMode.EXPLICIT
    accommodations: AccommodationsBody = AccommodationsBody()
    limits: LimitsBody = LimitsBody()
    call: CallBody | None = Field(None, description="Of the channel phone")
    expires_at: Moment | None = Field(None, description="When the link dies; not both")
    expires_in_s: float | None = Field(
        None, gt=0, allow_inf_nan=False, le=366 * 86400, description="The same, from now"
    )
    vacancy: OptionalLine = Field(
        "",
        description="Your name of the vacancy: all its interviews keep the framework's version "
        "of the first",
    )
    webhook_url: Url | None = Field(
        None, description="Told of this interview, beside your endpoints"
    )

    @model_validator(mode="after")
    def _one_expiry(self) -> "CreateInterviewBody":
        if self.expires_at is not None and self.expires_in_s is not None:
            raise ValueError("expires_at and expires_in_s exclude each other")
        return self

    def command(self, now: datetime) -> OrderInterview:
        """Reads the body."""
        candidate, limits, aids = self.candidate, self.limits, self.accommodations
        return OrderInterview(
            channel=self.channel,
            role=self.role,
            persona=_definition(self.persona),
            framework=_definition(self.framework),
            question_set=_definition(self.question_set),
            candidate=Candidate(candidate.name, candidate.email or "", candidate.phone or ""),
            external_id=self.external_id or "",
            metadata=self.metadata,
            tags=tuple(self.tags),
            consent_mode=self.consent_mode,
            accommodations=Accommodations(
                aids.thinking_time_factor, aids.captions, aids.text_answers
            ),
            expires_at=expiry(self.expires_at, self.expires_in_s, now),
            webhook_url=self.webhook_url or "",
            total_ms=round(limits.total_s * _MS) if limits.total_s else None,
            grace_ms=round(limits.grace_s * _MS) if limits.grace_s else None,
            call=self.call.order() if self.call else None,
            vacancy=self.vacancy,
        )


class LabelsBody(Body):
    """Your own labels, each replaced as a whole; what is not given stays."""

    external_id: Code | None = Field(
        None, validation_alias=AliasChoices("external_id", "externalId")
    )
    metadata: Metadata | None = None
    tags: Tags | None = None

    def command(self, interview_id: str) -> Relabel:
        """Reads the body."""
        tags = None if self.tags is None else tuple(self.tags)
        return Relabel(interview_id, self.external_id, self.metadata, tags)


class ReinviteBody(Body):
    """When the fresh link dies."""

    expires_at: Moment | None = None
    expires_in_s: float | None = Field(None, gt=0, le=366 * 86400, allow_inf_nan=False)


class SimulateBody(Body):
    """How the simulated candidate behaves and what it says."""

    behaviour: Behaviour = Field(
        Behaviour.FLUENT,
        description="fluent answers everything, silent nothing; drops hangs up in the second "
        "answer and stays away",
    )
    answers: list[Prose] = Field(
        [], max_length=50, description="One for each question, in order; Viva's own where empty"
    )


class CancelBody(Body):
    """Why."""

    reason: OptionalLine = ""


class OverrideBody(Body):
    """A person's score instead of the machine's."""

    target: Line = Field(
        description="overall_score, competencies.<key>, language.cefr or language.fluency"
    )
    value: StrictInt | Code = Field(description="0 to 100, or a CEFR level")
    reason: Prose
    by: OptionalLine = Field("", description="Who says so; the API key's name by default")


def minute_of(time_of_day: str) -> int:
    """Minutes after midnight of HH:MM; 24:00 is the end of the day."""
    hours, minutes = time_of_day.split(":")
    return int(hours) * 60 + int(minutes)


def expiry(at: datetime | None, in_s: float | None, now: datetime) -> datetime | None:
    """Reads either form of an expiry."""
    if at is not None:
        return at
    return now + timedelta(seconds=in_s) if in_s else None


def _definition(choice: Any) -> Any:
    is_body = isinstance(choice, PersonaBody | FrameworkBody | QuestionSetBody)
    return choice.definition() if is_body else choice
