"""What the notification service keeps for a tenant: endpoints, deliveries, invitations."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Endpoint:
    """Where webhooks go. No event types means all of them."""

    id: str
    url: str
    description: str
    event_types: tuple[str, ...]
    enabled: bool
    disabled_reason: str
    created_at: datetime | None


@dataclass(frozen=True)
class EndpointChange:
    """What changes of an endpoint; None leaves it as it is."""

    url: str | None = None
    description: str | None = None
    enabled: bool | None = None
    event_types: tuple[str, ...] | None = None


@dataclass(frozen=True)
class DeliveryTry:
    """One attempt to deliver; status 0 where no answer came."""

    at: datetime | None
    http_status: int
    error: str
    duration_ms: int


@dataclass(frozen=True)
class Delivery:
    """One webhook on its way; its event id is the `webhook-id` of all tries and replays."""

    id: str
    endpoint_id: str
    url: str
    interview_id: str
    event_id: str
    event_type: str
    status: str
    tries: tuple[DeliveryTry, ...]
    next_try_at: datetime | None
    created_at: datetime | None


@dataclass(frozen=True)
class Invitation:
    """An e-mail with the join link."""

    id: str
    interview_id: str
    email: str
    status: str
    error: str
    created_at: datetime | None
    sent_at: datetime | None


@dataclass(frozen=True)
class Letter:
    """All that an invitation says. The join link is a secret."""

    id: str
    tenant_id: str
    interview_id: str
    email: str
    candidate_name: str
    company_name: str
    role: str
    join_url: str
    expires_at: datetime
