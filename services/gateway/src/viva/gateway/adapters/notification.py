"""The notification service, by gRPC."""

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from viva.contracts.notification.v1 import invitations_pb2, webhooks_pb2
from viva.contracts.notification.v1.invitations_pb2_grpc import InvitationServiceStub
from viva.contracts.notification.v1.webhooks_pb2_grpc import WebhookServiceStub
from viva.gateway.application.decoding import time_of
from viva.gateway.application.ports import Cursor, Page
from viva.gateway.domain.notifications import (
    Delivery,
    DeliveryTry,
    Endpoint,
    EndpointChange,
    Invitation,
    Letter,
)

_TIMEOUT_S = 5.0


class GrpcNotifications:
    """Webhooks and invitations."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._webhooks = WebhookServiceStub(channel)
        self._invitations = InvitationServiceStub(channel)

    async def create_endpoint(
        self, tenant_id: str, url: str, description: str, event_types: tuple[str, ...]
    ) -> tuple[Endpoint, str]:
        """Makes an endpoint; gives it and its secret."""
        answer = await self._webhooks.CreateEndpoint(
            webhooks_pb2.CreateEndpointRequest(
                tenant_id=tenant_id, url=url, description=description, event_types=event_types
            ),
            timeout=_TIMEOUT_S,
        )
        return _endpoint(answer.endpoint), answer.secret

    async def endpoint(self, tenant_id: str, endpoint_id: str) -> Endpoint:
        """Finds an endpoint."""
        answer = await self._webhooks.GetEndpoint(
            webhooks_pb2.GetEndpointRequest(tenant_id=tenant_id, id=endpoint_id),
            timeout=_TIMEOUT_S,
        )
        return _endpoint(answer.endpoint)

    async def endpoints(self, tenant_id: str, cursor: Cursor) -> Page[Endpoint]:
        """Lists endpoints."""
        answer = await self._webhooks.ListEndpoints(
            webhooks_pb2.ListEndpointsRequest(
                tenant_id=tenant_id, limit=cursor.limit, starting_after=cursor.starting_after
            ),
            timeout=_TIMEOUT_S,
        )
        return Page(tuple(_endpoint(found) for found in answer.endpoints), answer.has_more)

    async def change_endpoint(
        self, tenant_id: str, endpoint_id: str, change: EndpointChange
    ) -> Endpoint:
        """Changes an endpoint."""
        answer = await self._webhooks.UpdateEndpoint(
            webhooks_pb2.UpdateEndpointRequest(
                tenant_id=tenant_id,
                id=endpoint_id,
                url=change.url,
                description=change.description,
                enabled=change.enabled,
                replace_event_types=change.event_types is not None,
                event_types=change.event_types or (),
            ),
            timeout=_TIMEOUT_S,
        )
        return _endpoint(answer.endpoint)

    async def delete_endpoint(self, tenant_id: str, endpoint_id: str) -> None:
        """Deletes an endpoint."""
        await self._webhooks.DeleteEndpoint(
            webhooks_pb2.DeleteEndpointRequest(tenant_id=tenant_id, id=endpoint_id),
            timeout=_TIMEOUT_S,
        )

    async def rotate_secret(self, tenant_id: str, endpoint_id: str) -> str:
        """Gives an endpoint a new secret; the old one signs too for a day."""
        answer = await self._webhooks.RotateSecret(
            webhooks_pb2.RotateSecretRequest(tenant_id=tenant_id, id=endpoint_id),
            timeout=_TIMEOUT_S,
        )
        return answer.secret

    async def signing_secret(self, tenant_id: str) -> str:
        """Gives the secret of deliveries to URLs that interviews name."""
        answer = await self._webhooks.GetSigningSecret(
            webhooks_pb2.GetSigningSecretRequest(tenant_id=tenant_id), timeout=_TIMEOUT_S
        )
        return answer.secret

    async def deliveries(
        self, tenant_id: str, endpoint_id: str, interview_id: str, cursor: Cursor
    ) -> Page[Delivery]:
        """Lists deliveries."""
        answer = await self._webhooks.ListDeliveries(
            webhooks_pb2.ListDeliveriesRequest(
                tenant_id=tenant_id,
                endpoint_id=endpoint_id,
                interview_id=interview_id,
                limit=cursor.limit,
                starting_after=cursor.starting_after,
            ),
            timeout=_TIMEOUT_S,
        )
        return Page(tuple(_delivery(found) for found in answer.deliveries), answer.has_more)

    async def replay(self, tenant_id: str, delivery_id: str) -> Delivery:
        """Delivers once more, with the same id."""
        answer = await self._webhooks.ReplayDelivery(
            webhooks_pb2.ReplayDeliveryRequest(tenant_id=tenant_id, id=delivery_id),
            timeout=_TIMEOUT_S,
        )
        return _delivery(answer.delivery)

    async def invite(self, letter: Letter) -> Invitation:
        """Sends an invitation; the same id is sent once."""
        expires_at = Timestamp()
        expires_at.FromDatetime(letter.expires_at)
        answer = await self._invitations.SendInvitation(
            invitations_pb2.SendInvitationRequest(
                id=letter.id,
                tenant_id=letter.tenant_id,
                interview_id=letter.interview_id,
                email=letter.email,
                candidate_name=letter.candidate_name,
                company_name=letter.company_name,
                role=letter.role,
                join_url=letter.join_url,
                expires_at=expires_at,
            ),
            timeout=_TIMEOUT_S,
        )
        return _invitation(answer.invitation)

    async def invitations(self, tenant_id: str, interview_id: str) -> tuple[Invitation, ...]:
        """Lists the invitations of an interview."""
        answer = await self._invitations.ListInvitations(
            invitations_pb2.ListInvitationsRequest(tenant_id=tenant_id, interview_id=interview_id),
            timeout=_TIMEOUT_S,
        )
        return tuple(_invitation(found) for found in answer.invitations)


def _endpoint(found: webhooks_pb2.Endpoint) -> Endpoint:
    return Endpoint(
        found.id,
        found.url,
        found.description,
        tuple(found.event_types),
        found.enabled,
        found.disabled_reason,
        time_of(found.created_at),
    )


def _delivery(found: webhooks_pb2.Delivery) -> Delivery:
    status = webhooks_pb2.DeliveryStatus.Name(found.status)
    return Delivery(
        id=found.id,
        endpoint_id=found.endpoint_id,
        url=found.url,
        interview_id=found.interview_id,
        event_id=found.event_id,
        event_type=found.event_type,
        status=status.removeprefix("DELIVERY_STATUS_").lower(),
        tries=tuple(
            DeliveryTry(time_of(one.at), one.http_status, one.error, one.duration_ms)
            for one in found.tries
        ),
        next_try_at=time_of(found.next_try_at),
        created_at=time_of(found.created_at),
    )


def _invitation(found: invitations_pb2.Invitation) -> Invitation:
    status = invitations_pb2.InvitationStatus.Name(found.status)
    return Invitation(
        found.id,
        found.interview_id,
        found.email,
        status.removeprefix("INVITATION_STATUS_").lower(),
        found.error,
        time_of(found.created_at),
        time_of(found.sent_at),
    )
