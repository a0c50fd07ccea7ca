"""The candidate's way in: a token is swapped for a credential, a credential for an admission."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from viva.gateway.application.ports import OpenWork
from viva.gateway.domain.errors import GoneError, NotFoundError, UnauthenticatedError
from viva.gateway.domain.interview import Interview
from viva.gateway.domain.join import Admission, Credential, refuse_if_closed
from viva.gateway.domain.tokens import new_token, token_hash


@dataclass(frozen=True)
class Exchanged:
    """A fresh credential in clear: it is shown once, only its hash is kept."""

    credential: str
    expires_at: datetime
    interview: Interview


class JoinDesk:
    """Lets candidates in; shared by the REST exchange and the WebSocket edge."""

    def __init__(
        self, open_work: OpenWork, now: Callable[[], datetime], credential_ttl: timedelta
    ) -> None:
        self._open_work = open_work
        self._now = now
        self._ttl = credential_ttl

    async def exchange(self, token: str) -> Exchanged:
        """Swaps a join token for a short-lived credential; may be repeated until the end.

        Raises:
            NotFoundError: `token_unknown`.
            GoneError: `link_replaced`, `link_expired` or `interview_over`.
        """
        async with self._open_work() as work:
            link = await work.doors.find_link(token_hash(token))
            interview = await work.interviews.get(link.interview_id) if link else None
            if link is None or interview is None:
                raise NotFoundError("token_unknown", "No interview has this link.")
            if link.replaced:
                raise GoneError("link_replaced", "A newer link was sent for this interview.")
            now = self._now()
            refuse_if_closed(interview.status, interview.expires_at, now)
            credential = new_token()
            expires_at = now + self._ttl
            await work.doors.add_credential(
                Credential(
                    credential_hash=token_hash(credential),
                    interview_id=interview.id,
                    tenant_id=interview.tenant_id,
                    attempt=interview.requested_attempt,
                    expires_at=expires_at,
                )
            )
            return Exchanged(credential, expires_at, interview)

    async def admit(self, credential: str) -> Admission:
        """Checks the credential that a connection presents.

        Raises:
            UnauthenticatedError: `credential_invalid`; unknown, expired or of a replaced link.
            GoneError: `link_expired` or `interview_over`.
        """
        async with self._open_work() as work:
            known = await work.doors.find_credential(token_hash(credential))
            interview = await work.interviews.get(known.interview_id) if known else None
            if (
                known is None
                or interview is None
                or self._now() >= known.expires_at
                or known.attempt != interview.requested_attempt
            ):
                raise UnauthenticatedError("credential_invalid", "The credential is not valid.")
            refuse_if_closed(interview.status, interview.expires_at, self._now())
            return Admission(interview.id, interview.tenant_id, known.attempt)
