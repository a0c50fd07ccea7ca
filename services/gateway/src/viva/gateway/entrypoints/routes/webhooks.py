"""Webhook endpoints, their deliveries, and invitations: kept by the notification service."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from viva.gateway.application import auditing
from viva.gateway.application.attempts import owned
from viva.gateway.application.inviting import invite
from viva.gateway.domain.access import Caller, Scope
from viva.gateway.domain.notifications import EndpointChange
from viva.gateway.entrypoints.authentication import ApiRoute, allowed, reply, show
from viva.gateway.entrypoints.lists import ID_PATTERN, Paging, list_document, listing
from viva.gateway.entrypoints.schemas.documents.base import ListDocument
from viva.gateway.entrypoints.schemas.documents.webhooks import (
    DeliveryDocument,
    EndpointDocument,
    EndpointWithSecret,
    InvitationDocument,
    SecretDocument,
)
from viva.gateway.entrypoints.schemas.webhooks import (
    CreateEndpointBody,
    InviteBody,
    UpdateEndpointBody,
    delivery_document,
    endpoint_document,
    invitation_document,
)
from viva.gateway.entrypoints.state import gateway

router = APIRouter(prefix="/v1", route_class=ApiRoute)
Reader = Annotated[Caller, allowed(Scope.WEBHOOKS_READ)]
Writer = Annotated[Caller, allowed(Scope.WEBHOOKS_WRITE)]
InterviewReader = Annotated[Caller, allowed(Scope.INTERVIEWS_READ)]
InterviewWriter = Annotated[Caller, allowed(Scope.INTERVIEWS_WRITE)]
IdFilter = Annotated[str | None, Query(pattern=ID_PATTERN)]


@router.post(
    "/webhook-endpoints", tags=["webhooks"], status_code=201, response_model=EndpointWithSecret
)
async def create_endpoint(body: CreateEndpointBody, request: Request, who: Writer) -> Response:
    """Makes an endpoint. Its secret is in this answer only; a new one can be made."""
    parts = gateway(request)
    async with parts.open_work() as work:
        endpoint, secret = await parts.notifications.create_endpoint(
            who.tenant_id, body.url, body.description, tuple(body.event_types)
        )
        await auditing.note(work, parts.context, who, "webhook.create", endpoint.id)
        return await reply(request, work, 201, endpoint_document(endpoint) | {"secret": secret})


@router.get("/webhook-endpoints", tags=["webhooks"], response_model=ListDocument[EndpointDocument])
async def list_endpoints(request: Request, who: Reader, cursor: Paging) -> Response:
    """Lists endpoints."""
    page = await gateway(request).notifications.endpoints(who.tenant_id, cursor)
    return show(list_document(page, endpoint_document))


@router.get("/webhook-endpoints/{endpoint_id}", tags=["webhooks"], response_model=EndpointDocument)
async def get_endpoint(endpoint_id: str, request: Request, who: Reader) -> Response:
    """Reads an endpoint."""
    found = await gateway(request).notifications.endpoint(who.tenant_id, endpoint_id)
    return show(endpoint_document(found))


@router.patch(
    "/webhook-endpoints/{endpoint_id}", tags=["webhooks"], response_model=EndpointDocument
)
async def update_endpoint(
    endpoint_id: str, body: UpdateEndpointBody, request: Request, who: Writer
) -> Response:
    """Changes an endpoint, or switches it off and on."""
    parts = gateway(request)
    types = None if body.event_types is None else tuple(body.event_types)
    change = EndpointChange(body.url, body.description, body.enabled, types)
    async with parts.open_work() as work:
        endpoint = await parts.notifications.change_endpoint(who.tenant_id, endpoint_id, change)
        await auditing.note(work, parts.context, who, "webhook.update", endpoint_id)
        return await reply(request, work, 200, endpoint_document(endpoint))


@router.delete("/webhook-endpoints/{endpoint_id}", tags=["webhooks"], status_code=204)
async def delete_endpoint(endpoint_id: str, request: Request, who: Writer) -> Response:
    """Deletes an endpoint."""
    parts = gateway(request)
    async with parts.open_work() as work:
        await parts.notifications.delete_endpoint(who.tenant_id, endpoint_id)
        await auditing.note(work, parts.context, who, "webhook.delete", endpoint_id)
    return Response(status_code=204)


@router.post(
    "/webhook-endpoints/{endpoint_id}/rotate-secret",
    tags=["webhooks"],
    response_model=SecretDocument,
)
async def rotate_secret(endpoint_id: str, request: Request, who: Writer) -> Response:
    """Makes a new secret; for 24 hours the old one signs too."""
    parts = gateway(request)
    async with parts.open_work() as work:
        secret = await parts.notifications.rotate_secret(who.tenant_id, endpoint_id)
        await auditing.note(work, parts.context, who, "webhook.rotate", endpoint_id)
        return await reply(request, work, 200, {"secret": secret})


@router.get("/webhook-signing-secret", tags=["webhooks"], response_model=SecretDocument)
async def get_signing_secret(request: Request, who: Writer) -> Response:
    """Reads the secret that signs deliveries to the `webhook_url` of an interview."""
    parts = gateway(request)
    secret = await parts.notifications.signing_secret(who.tenant_id)
    async with parts.open_work() as work:
        await auditing.note(work, parts.context, who, "webhook.read_secret", who.tenant_id)
    return show({"secret": secret})


@router.get("/webhook-deliveries", tags=["webhooks"], response_model=ListDocument[DeliveryDocument])
async def list_deliveries(
    request: Request,
    who: Reader,
    cursor: Paging,
    endpoint_id: IdFilter = None,
    interview_id: IdFilter = None,
) -> Response:
    """Lists what was delivered, with every try."""
    page = await gateway(request).notifications.deliveries(
        who.tenant_id, endpoint_id or "", interview_id or "", cursor
    )
    return show(list_document(page, delivery_document))


@router.post(
    "/webhook-deliveries/{delivery_id}/replay",
    tags=["webhooks"],
    status_code=202,
    response_model=DeliveryDocument,
)
async def replay_delivery(delivery_id: str, request: Request, who: Writer) -> Response:
    """Delivers once more, with the same `webhook-id`."""
    parts = gateway(request)
    async with parts.open_work() as work:
        delivery = await parts.notifications.replay(who.tenant_id, delivery_id)
        await auditing.note(work, parts.context, who, "webhook.replay", delivery_id)
        return await reply(request, work, 202, delivery_document(delivery))


@router.post(
    "/interviews/{interview_id}/invitations",
    tags=["invitations"],
    status_code=201,
    response_model=InvitationDocument,
)
async def invite_candidate(
    interview_id: str, request: Request, who: InterviewWriter, body: InviteBody | None = None
) -> Response:
    """Sends the candidate a link by e-mail; links that are out stay valid."""
    parts, given = gateway(request), body or InviteBody()
    async with parts.open_work() as work:
        invitation = await invite(
            work,
            parts.context,
            who,
            parts.notifications,
            interview_id=interview_id,
            email=given.email or "",
            name=given.name,
        )
        return await reply(request, work, 201, invitation_document(invitation))


@router.get(
    "/interviews/{interview_id}/invitations",
    tags=["invitations"],
    response_model=ListDocument[InvitationDocument],
)
async def list_invitations(interview_id: str, request: Request, who: InterviewReader) -> Response:
    """Lists the invitations of an interview."""
    parts = gateway(request)
    async with parts.open_work() as work:
        await owned(work, who, interview_id)
    found = await parts.notifications.invitations(who.tenant_id, interview_id)
    return show(listing([invitation_document(invitation) for invitation in found]))
