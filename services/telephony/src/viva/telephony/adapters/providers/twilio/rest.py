"""The part of Twilio's REST API that calls need."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx

from viva.platform.errors import BackpressureError, TransientError
from viva.telephony.adapters.providers.twilio.account import TwilioAccount
from viva.telephony.application.ports import NotAnsweredError
from viva.telephony.domain.calls import NotAnswered

_TIMEOUT_S = 8.0
_TOO_MANY = 429
_SERVER_ERROR = 500
# https://www.twilio.com/docs/api/errors: the number cannot be called, by its form or by permission.
_BAD_NUMBERS = {13224, 13225, 13226, 13227, 21211, 21214, 21215, 21216, 21217, 21219}
LIVE = ("queued", "initiated", "ringing", "in-progress")


class TwilioRest:
    """Calls of one account. Errors never carry a number."""

    def __init__(self, account: TwilioAccount) -> None:
        self._calls = f"/2010-04-01/Accounts/{account.sid}/Calls"
        self._client = httpx.AsyncClient(
            base_url=account.api_url,
            auth=(account.sid, account.token),
            timeout=_TIMEOUT_S,
            follow_redirects=False,
        )

    async def close(self) -> None:
        """Closes connections."""
        await self._client.aclose()

    async def create(self, form: Mapping[str, Any]) -> str:
        """Orders a call; gives its sid.

        Raises:
            NotAnsweredError: Twilio refuses it.
            BackpressureError: too many at the moment.
            TransientError: it is unknown whether Twilio took it.
        """
        answer = await self._send("POST", f"{self._calls}.json", data=dict(form))
        if answer.is_success:
            return str(answer.json()["sid"])
        code = _code(answer)
        why = NotAnswered.REJECTED if code in _BAD_NUMBERS else NotAnswered.FAILED
        raise NotAnsweredError(why, f"twilio {code or answer.status_code}")

    async def status(self, sid: str) -> str:
        """What became of a call so far, in Twilio's words.

        Raises:
            TransientError: Twilio did not answer.
        """
        answer = await self._send("GET", f"{self._calls}/{sid}.json")
        return str(answer.json()["status"]) if answer.is_success else "unknown"

    async def hang_up(self, sid: str, *, answered: bool) -> None:
        """Ends a call; one that rings is cancelled.

        Raises:
            TransientError: Twilio did not answer.
        """
        status = "completed" if answered else "canceled"
        await self._send("POST", f"{self._calls}/{sid}.json", data={"Status": status})

    async def live_calls(self, to: str, caller: str, since: datetime) -> list[str]:
        """Sids of calls between two numbers that are not over.

        Raises:
            TransientError: Twilio did not answer.
        """
        query = {"To": to, "From": caller, "StartTime>": since.date().isoformat(), "PageSize": 50}
        answer = await self._send("GET", f"{self._calls}.json", params=query)
        if not answer.is_success:
            raise TransientError(f"twilio answered {answer.status_code}", code="carrier_refused")
        return [call["sid"] for call in answer.json()["calls"] if call["status"] in LIVE]

    async def _send(self, method: str, path: str, **how: Any) -> httpx.Response:
        try:
            answer = await self._client.request(method, path, **how)
        except httpx.HTTPError as error:
            raise TransientError(type(error).__name__, code="carrier_away") from None
        if answer.status_code == _TOO_MANY:
            raise BackpressureError("twilio takes no more calls", code="carrier_full")
        if answer.status_code >= _SERVER_ERROR:
            raise TransientError(f"twilio answered {answer.status_code}", code="carrier_away")
        return answer


def _code(answer: httpx.Response) -> int:
    try:
        return int(answer.json().get("code", 0))
    except (ValueError, TypeError, AttributeError):
        return 0
