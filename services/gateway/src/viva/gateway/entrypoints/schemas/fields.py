"""Kinds of text and the base of every request body."""

import unicodedata
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints

_ALLOWED_CONTROLS = frozenset("\n\t")


def _printable(text: str) -> str:
    for character in text:
        if character not in _ALLOWED_CONTROLS and unicodedata.category(character) in {"Cc", "Cs"}:
            raise ValueError("must not hold control characters")
    return text


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must lie within the years 1 to 9999 in UTC") from None


_Clean = AfterValidator(_printable)

# One word or code, such as an id that the customer gives.
Code = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), _Clean
]
# One line: a name or a title.
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), _Clean
]
OptionalLine = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), _Clean]
# A few sentences.
Prose = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), _Clean
]
OptionalProse = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), _Clean]
# The key of a competency, a question or a follow-up inside its definition.
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Email = Annotated[
    str,
    _Clean,
    StringConstraints(
        strip_whitespace=True,
        max_length=254,
        pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
    ),
]
Phone = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")]
# A point in time with its offset, turned to UTC.
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
Url = Annotated[
    str,
    _Clean,
    StringConstraints(
        strip_whitespace=True,
        max_length=2048,
        pattern=r"^https?://[^\s/?#@]+[^\s]*$",
    ),
]


class Body(BaseModel):
    """A request body: unknown fields are refused, so that a typing error is noticed."""

    model_config = ConfigDict(extra="forbid")
