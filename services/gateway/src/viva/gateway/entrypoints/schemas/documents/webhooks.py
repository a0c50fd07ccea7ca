"""Endpoints, deliveries and invitations."""

from typing import Literal

from viva.gateway.entrypoints.schemas.documents.base import Document


class EndpointDocument(Document):
    """Where webhooks go."""

    id: str
    object: Literal["webhook_endpoint"]
    url: str
    description: str
    event_types: list[str]
    enabled: bool
    disabled_reason: str | None
    created_at: str | None


class EndpointWithSecret(EndpointDocument):
    """A fresh endpoint."""

    secret: str


class SecretDocument(Document):
    """A signing secret, `whsec_...`."""

    secret: str


class DeliveryTry(Document):
    """One attempt to deliver."""

    at: str | None
    http_status: int | None
    error: str | None
    duration_ms: int


class DeliveryDocument(Document):
    """One webhook on its way."""

    id: str
    object: Literal["webhook_delivery"]
    endpoint_id: str | None
    url: str
    interview_id: str
    event_id: str
    event_type: str
    status: str
    tries: list[DeliveryTry]
    next_try_at: str | None
    created_at: str | None


class InvitationDocument(Document):
    """An e-mail with the join link."""

    id: str
    object: Literal["invitation"]
    interview_id: str
    email: str
    status: str
    error: str | None
    created_at: str | None
    sent_at: str | None
