"""A call that rings at a SIP trunk."""

import re
from collections.abc import Callable

from viva.telephony.adapters.sip import wire
from viva.telephony.adapters.sip.leg import SipLeg
from viva.telephony.adapters.sip.wire import Kind
from viva.telephony.domain.errors import NumberInvalidError
from viva.telephony.domain.numbers import PhoneNumber

_USER = re.compile(r"(?:sips?|tel):([^@;>]+)", re.IGNORECASE)
_SEPARATORS = re.compile(r"[-.() ]")


class SipInbound:
    """One call that comes in; its leg is in the worker already."""

    def __init__(
        self,
        number: int,
        caller: str,
        called: str,
        begin: Callable[[int, str, float], SipLeg],
        send: Callable[[bytes], None],
    ) -> None:
        self._number = number
        self._caller = number_of(caller)
        self._called = number_of(called)
        self._begin = begin
        self._send = send

    @property
    def caller(self) -> PhoneNumber | None:
        """Who calls."""
        return self._caller

    @property
    def called(self) -> PhoneNumber | None:
        """Which of our numbers was called."""
        return self._called

    async def accept(self, call_id: str, limit_s: float = 3600.0) -> SipLeg:
        """Picks up.

        Raises:
            NotAnsweredError: the caller gave up before.
        """
        leg = self._begin(self._number, call_id, limit_s)
        self._send(wire.packed(Kind.ANSWER, self._number))
        await leg.answered()
        return leg

    async def reject(self, busy: bool = False) -> None:
        """Declines; the stack answers 486 either way."""
        del busy
        self._send(wire.packed(Kind.REJECT, self._number))


def number_of(address: str) -> PhoneNumber | None:
    """The number of a SIP or tel address, such as "Jo" <sip:+4930555001@host>; None without one."""
    found = _USER.search(address)
    if found is None:
        return None
    try:
        return PhoneNumber(_SEPARATORS.sub("", found.group(1)))
    except NumberInvalidError:
        return None
