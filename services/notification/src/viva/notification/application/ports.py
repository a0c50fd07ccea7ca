"""What notification needs from outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from viva.notification.application.records import (
    DeliveryRow,
    EndpointRow,
    InterviewRow,
    InvitationRow,
    TryRow,
)
from viva.notification.domain.delivery import Next, TryResult


@dataclass(frozen=True)
class ClaimedDelivery:
    """A delivery that this worker may try now, with all that a try needs.

    Attributes:
        tries: how many there were before.
        secrets: that sign it, the newest first.
        traceparent: of the event that it tells of.
    """

    id: str
    endpoint_id: str
    interview_id: str
    url: str
    event_id: str
    event_type: str
    body: bytes
    tries: int
    secrets: tuple[str, ...]
    failing_since: datetime | None
    traceparent: str | None
    created_at: datetime


@dataclass(frozen=True)
class Announcement:
    """What is told to endpoints: one event of the public topic, as the body that is sent."""

    event_id: str
    event_type: str
    body: bytes
    traceparent: str | None


class DeliveryStore(Protocol):
    """Deliveries: made, claimed, finished, listed."""

    async def remember_interview(
        self, session: AsyncSession, interview_id: str, tenant_id: str, webhook_url: str
    ) -> None:
        """Keeps whose interview it is."""
        ...

    async def find_interview(self, session: AsyncSession, interview_id: str) -> InterviewRow | None:
        """Finds whose interview it is."""
        ...

    async def signing_secret(self, session: AsyncSession, tenant_id: str) -> str:
        """Gives the tenant's own secret; makes it at first use."""
        ...

    async def create_deliveries(
        self,
        session: AsyncSession,
        interview: InterviewRow,
        announcement: Announcement,
        now: datetime,
    ) -> int:
        """Makes one delivery for each endpoint that wants the event; says how many that are."""
        ...

    async def claim(
        self,
        session: AsyncSession,
        now: datetime,
        count: int,
        per_endpoint: int,
        lease: timedelta,
    ) -> list[ClaimedDelivery]:
        """Takes deliveries that are due; no other worker gets them until the lease runs out."""
        ...

    async def finish_try(
        self, session: AsyncSession, delivery: ClaimedDelivery, result: TryResult, following: Next
    ) -> None:
        """Writes a try down, and what it means."""
        ...

    async def note_endpoint(
        self, session: AsyncSession, endpoint_id: str, result: TryResult, disabled_reason: str
    ) -> None:
        """Keeps how long an endpoint has been failing; switches it off for a reason."""
        ...

    async def list_deliveries(
        self,
        session: AsyncSession,
        tenant_id: str,
        *,
        endpoint_id: str = "",
        interview_id: str = "",
        starting_after: str = "",
        limit: int = 20,
    ) -> list[DeliveryRow]:
        """Lists deliveries, the newest first; one more than `limit` where there are more."""
        ...

    async def tries_of(
        self, session: AsyncSession, delivery_ids: Sequence[str]
    ) -> dict[str, list[TryRow]]:
        """Reads the tries of deliveries, in order."""
        ...

    async def end_pending(self, session: AsyncSession, endpoint_id: str) -> None:
        """Ends what was still to be sent to an endpoint that goes."""
        ...


class EndpointStore(Protocol):
    """Webhook endpoints of tenants."""

    async def create_endpoint(self, session: AsyncSession, row: EndpointRow) -> EndpointRow:
        """Keeps a new endpoint."""
        ...

    async def get_endpoint(
        self, session: AsyncSession, tenant_id: str, endpoint_id: str
    ) -> EndpointRow:
        """Finds a tenant's endpoint.

        Raises:
            NotFoundError: the tenant has none with this id.
        """
        ...

    async def list_endpoints(
        self, session: AsyncSession, tenant_id: str, starting_after: str, limit: int
    ) -> list[EndpointRow]:
        """Lists endpoints, the newest first; one more than `limit` where there are more."""
        ...


class InvitationStore(Protocol):
    """Invitations by e-mail."""

    async def create_invitation(self, session: AsyncSession, row: InvitationRow) -> InvitationRow:
        """Keeps an invitation that is to be sent; a known id gives what is there."""
        ...

    async def list_invitations(
        self, session: AsyncSession, tenant_id: str, interview_id: str
    ) -> list[InvitationRow]:
        """Lists the invitations of an interview, the oldest first."""
        ...

    async def claim_due(self, session: AsyncSession, now: datetime) -> InvitationRow | None:
        """Locks one that is due, until the transaction ends."""
        ...


class WebhookSender(Protocol):
    """Sends one signed try."""

    async def send(self, delivery: ClaimedDelivery) -> TryResult:
        """Sends and reports; never raises for what the other side does."""
        ...


class MailSender(Protocol):
    """Sends an e-mail."""

    async def send(self, to: str, subject: str, text: str) -> None:
        """Sends one message.

        Raises:
            MailError: it could not be handed over.
        """
        ...


class MailError(Exception):
    """The mail server did not take the message."""
