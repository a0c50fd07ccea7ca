"""Who may enter an interview: links, session credentials, admissions."""

from dataclasses import dataclass
from datetime import datetime

from viva.gateway.domain.errors import GoneError
from viva.gateway.domain.lifecycle import Status


@dataclass(frozen=True)
class JoinLink:
    """A join link by the hash of its token; a fresh attempt replaces those before it."""

    token_hash: str
    interview_id: str
    tenant_id: str
    replaced: bool


@dataclass(frozen=True)
class Credential:
    """What the page holds instead of the token, by its hash; short-lived, for one attempt."""

    credential_hash: str
    interview_id: str
    tenant_id: str
    attempt: int
    expires_at: datetime


@dataclass(frozen=True)
class Admission:
    """Leave to conduct one attempt of one interview."""

    interview_id: str
    tenant_id: str
    attempt: int


def refuse_if_closed(status: Status, expires_at: datetime, now: datetime) -> None:
    """Lets a candidate in while the interview can still be conducted.

    An interview that has begun is never cut by its expiry.

    Raises:
        GoneError: `link_expired` or `interview_over`.
    """
    expired = status in {Status.CREATED, Status.READY} and now >= expires_at
    if expired or status is Status.EXPIRED:
        raise GoneError("link_expired", "This link is no longer valid.")
    if not status.joinable:
        raise GoneError("interview_over", "This interview is over.")
