"""Bodies of reviews, credits and API keys."""

from typing import Annotated

from pydantic import Field, StrictInt

from viva.gateway.domain.access import Mode, Scope
from viva.gateway.domain.reviews import Decision
from viva.gateway.entrypoints.schemas.fields import (
    Body,
    Line,
    Moment,
    OptionalLine,
    OptionalProse,
    Prose,
)


class DecideBody(Body):
    """A finding."""

    decision: Decision
    note: OptionalProse = ""
    by: OptionalLine = Field("", description="Who decides; the API key's name by default")


class NoteBody(Body):
    """A remark."""

    text: Prose
    by: OptionalLine = ""


class TopUpBody(Body):
    """Credits to be added."""

    amount: Annotated[StrictInt, Field(ge=1, le=1_000_000)]
    note: OptionalLine = ""


class CreateKeyBody(Body):
    """An API key to be made."""

    name: Line
    mode: Mode = Mode.LIVE
    scopes: list[Scope] = Field(min_length=1, max_length=len(Scope))
    expires_at: Moment | None = None
