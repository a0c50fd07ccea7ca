"""Telephone numbers: E.164, and never in clear where somebody may read over a shoulder."""

import re
from dataclasses import dataclass, field

from viva.telephony.domain.errors import NumberInvalidError

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_SHOWN_DIGITS = 2


@dataclass(frozen=True)
class PhoneNumber:
    """A number in E.164, such as +4930123456; str() and repr() mask it.

    Attributes:
        e164: the number in clear; only for the carrier and for encryption.
    """

    e164: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _E164.fullmatch(self.e164):
            raise NumberInvalidError

    def __str__(self) -> str:
        hidden = len(self.e164) - 1 - _SHOWN_DIGITS
        return "+" + "*" * hidden + self.e164[-_SHOWN_DIGITS:]

    def __repr__(self) -> str:
        return f"PhoneNumber({self})"
