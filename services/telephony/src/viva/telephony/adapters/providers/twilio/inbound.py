"""A call that comes in: Twilio waits for the TwiML that answers it."""

import asyncio
from collections.abc import Callable, Mapping

from viva.telephony.adapters.providers.twilio.leg import TwilioLeg
from viva.telephony.application.ports import CallLeg, NotAnsweredError
from viva.telephony.domain.errors import NumberInvalidError
from viva.telephony.domain.numbers import PhoneNumber
from viva.telephony.domain.ways import NotAnswered

REJECT = '<Response><Reject reason="busy"/></Response>'
_DECLINE = '<Response><Reject reason="rejected"/></Response>'
_DECIDE_S = 10.0

Take = Callable[[str, float], tuple[TwilioLeg, str]]


class TwilioInboundCall:
    """An InboundCall.

    Args:
        fields: of the webhook.
        take: expects a stream for a call; gives its leg and the TwiML.
    """

    def __init__(self, fields: Mapping[str, str], take: Take) -> None:
        self._fields = fields
        self._take = take
        self._answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    @property
    def caller(self) -> PhoneNumber | None:
        """Who calls; None where the number is withheld."""
        return _number(self._fields.get("From", ""))

    @property
    def called(self) -> PhoneNumber | None:
        """Which number was called."""
        return _number(self._fields.get("To", ""))

    async def accept(self, call_id: str, limit_s: float = 3600.0) -> CallLeg:
        """Picks up."""
        del call_id
        if self._answer.done():
            raise NotAnsweredError(NotAnswered.FAILED, "decided already")
        leg, twiml = self._take(self._fields.get("CallSid", ""), limit_s)
        self._answer.set_result(twiml)
        return leg

    async def reject(self, busy: bool = False) -> None:
        """Declines."""
        if not self._answer.done():
            self._answer.set_result(REJECT if busy else _DECLINE)

    async def decided(self) -> str:
        """The TwiML, once somebody decided; a rejection where nobody does in time."""
        try:
            async with asyncio.timeout(_DECIDE_S):
                return await asyncio.shield(self._answer)
        except TimeoutError:
            await self.reject(busy=True)
            return REJECT


def _number(text: str) -> PhoneNumber | None:
    try:
        return PhoneNumber(text)
    except NumberInvalidError:
        return None
