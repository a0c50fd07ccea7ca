"""Bodies of webhook endpoints and invitations, and how they are shown."""

from typing import Annotated

from pydantic import AfterValidator, Field

from viva.contracts.catalogue import catalogue
from viva.gateway.application.presenting import Json, timestamp
from viva.gateway.domain.notifications import Delivery, Endpoint, Invitation
from viva.gateway.entrypoints.schemas.fields import Body, Code, Email, OptionalLine, Url


def _known(event_type: str) -> str:
    known = catalogue().topic("interview.results.v1").event_types
    if event_type not in known:
        raise ValueError(f"is none of {', '.join(known)}")
    return event_type


EventType = Annotated[Code, AfterValidator(_known)]
EventTypes = Annotated[list[EventType], Field(max_length=20, description="All where empty")]


class CreateEndpointBody(Body):
    """Where webhooks go."""

    url: Url
    description: OptionalLine = ""
    event_types: EventTypes = Field(default_factory=list)


class UpdateEndpointBody(Body):
    """What changes; what is left out stays."""

    url: Url | None = None
    description: OptionalLine | None = None
    enabled: bool | None = None
    event_types: EventTypes | None = None


class InviteBody(Body):
    """Whom to write to; the interview's candidate by default."""

    email: Email | None = None
    name: OptionalLine = ""


def endpoint_document(endpoint: Endpoint) -> Json:
    """Shows an endpoint, without its secret."""
    return {
        "id": endpoint.id,
        "object": "webhook_endpoint",
        "url": endpoint.url,
        "description": endpoint.description,
        "event_types": list(endpoint.event_types),
        "enabled": endpoint.enabled,
        "disabled_reason": endpoint.disabled_reason or None,
        "created_at": timestamp(endpoint.created_at),
    }


def delivery_document(delivery: Delivery) -> Json:
    """Shows a delivery with its tries."""
    return {
        "id": delivery.id,
        "object": "webhook_delivery",
        "endpoint_id": delivery.endpoint_id or None,
        "url": delivery.url,
        "interview_id": delivery.interview_id,
        "event_id": delivery.event_id,
        "event_type": delivery.event_type,
        "status": delivery.status,
        "tries": [
            {
                "at": timestamp(one.at),
                "http_status": one.http_status or None,
                "error": one.error or None,
                "duration_ms": one.duration_ms,
            }
            for one in delivery.tries
        ],
        "next_try_at": timestamp(delivery.next_try_at),
        "created_at": timestamp(delivery.created_at),
    }


def invitation_document(invitation: Invitation) -> Json:
    """Shows an invitation; the link in it is a secret."""
    return {
        "id": invitation.id,
        "object": "invitation",
        "interview_id": invitation.interview_id,
        "email": invitation.email,
        "status": invitation.status,
        "error": invitation.error or None,
        "created_at": timestamp(invitation.created_at),
        "sent_at": timestamp(invitation.sent_at),
    }
