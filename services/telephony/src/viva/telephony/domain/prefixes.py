"""Which numbers may be called: no foreign countries and no premium services by accident."""

from dataclasses import dataclass

from viva.telephony.domain.errors import NumberForbiddenError
from viva.telephony.domain.numbers import PhoneNumber

# Premium, shared-cost and satellite ranges that fraud calls most; ITU E.164 country codes 808, 870,
# 878, 881-883, 979 and national ones. Operators add their own.
PREMIUM = (
    "+1900",
    "+1976",
    "+44871",
    "+44872",
    "+44873",
    "+449",
    "+4470",
    "+49137",
    "+49180",
    "+49900",
    "+43900",
    "+43901",
    "+43930",
    "+41900",
    "+41901",
    "+41906",
    "+3389",
    "+39899",
    "+34803",
    "+34806",
    "+34807",
    "+31900",
    "+31906",
    "+31909",
    "+3290",
    "+351760",
    "+30901",
    "+30909",
    "+358600",
    "+358700",
    "+46900",
    "+46939",
    "+46944",
    "+4590",
    "+47829",
    "+4870",
    "+42090",
    "+421900",
    "+3690",
    "+61190",
    "+64900",
    "+81990",
    "+808",
    "+870",
    "+878",
    "+881",
    "+882",
    "+883",
    "+979",
)


@dataclass(frozen=True)
class DiallingRules:
    """Prefixes in E.164, `+` included.

    Attributes:
        allowed: only these are called; empty for all countries.
        forbidden: never called, whatever is allowed.
    """

    allowed: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = PREMIUM

    def check(self, number: PhoneNumber) -> None:
        """Raises NumberForbiddenError where the number may not be called."""
        if number.e164.startswith(self.forbidden):
            raise NumberForbiddenError
        if self.allowed and not number.e164.startswith(self.allowed):
            raise NumberForbiddenError
