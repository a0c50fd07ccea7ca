"""WebhookService: endpoints, secrets, deliveries."""

from collections.abc import Callable

import grpc

from viva.contracts.notification.v1 import webhooks_pb2 as messages
from viva.contracts.notification.v1 import webhooks_pb2_grpc as services
from viva.notification.application.ports import DeliveryStore, EndpointStore
from viva.notification.application.records import DeliveryRow, EndpointRow
from viva.notification.domain.delivery import DeliveryStatus
from viva.notification.domain.signing import new_secret
from viva.notification.domain.targets import TargetError, check_url
from viva.notification.entrypoints import mapping
from viva.platform.clock import Clock
from viva.platform.db import Database
from viva.platform.errors import DomainError, FieldError, InvalidError, NotFoundError
from viva.platform.ids import Ids

MAX_PAGE = 100
Context = grpc.aio.ServicerContext[object, object]


class WebhookServicer(services.WebhookServiceServicer):
    """Serves WebhookService.

    Args:
        wake: called when a delivery is due.
    """

    def __init__(
        self,
        database: Database,
        endpoints: EndpointStore,
        deliveries: DeliveryStore,
        clock: Clock,
        ids: Ids,
        *,
        allow_private: bool,
        wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._endpoints = endpoints
        self._deliveries = deliveries
        self._clock = clock
        self._ids = ids
        self._allow_private = allow_private
        self._wake = wake

    async def CreateEndpoint(
        self, request: messages.CreateEndpointRequest, context: Context
    ) -> messages.CreateEndpointResponse:
        """Makes an endpoint; its secret is shown here only."""
        self._check(request.url)
        async with self._database.unit_of_work() as uow:
            row = await self._endpoints.create_endpoint(
                uow.session,
                EndpointRow(
                    id=self._ids.new("whe"),
                    tenant_id=request.tenant_id,
                    url=request.url,
                    description=request.description,
                    event_types=list(request.event_types),
                    enabled=True,
                    disabled_reason="",
                    secret=new_secret(),
                    created_at=self._clock.now(),
                ),
            )
            return messages.CreateEndpointResponse(
                endpoint=mapping.endpoint(row), secret=row.secret
            )

    async def GetEndpoint(
        self, request: messages.GetEndpointRequest, context: Context
    ) -> messages.GetEndpointResponse:
        """Reads an endpoint."""
        async with self._database.unit_of_work() as uow:
            row = await self._endpoints.get_endpoint(uow.session, request.tenant_id, request.id)
            return messages.GetEndpointResponse(endpoint=mapping.endpoint(row))

    async def ListEndpoints(
        self, request: messages.ListEndpointsRequest, context: Context
    ) -> messages.ListEndpointsResponse:
        """Lists endpoints, the newest first."""
        limit = _limit(request.limit)
        async with self._database.unit_of_work() as uow:
            rows = await self._endpoints.list_endpoints(
                uow.session, request.tenant_id, request.starting_after, limit
            )
            return messages.ListEndpointsResponse(
                endpoints=[mapping.endpoint(row) for row in rows[:limit]],
                has_more=len(rows) > limit,
            )

    async def UpdateEndpoint(
        self, request: messages.UpdateEndpointRequest, context: Context
    ) -> messages.UpdateEndpointResponse:
        """Changes what is set in the request; switching on forgets the failures."""
        async with self._database.unit_of_work() as uow:
            row = await self._endpoints.get_endpoint(uow.session, request.tenant_id, request.id)
            if request.HasField("url"):
                self._check(request.url)
                row.url = request.url
            if request.HasField("description"):
                row.description = request.description
            if request.replace_event_types:
                row.event_types = list(request.event_types)
            if request.HasField("enabled"):
                row.enabled = request.enabled
                row.disabled_reason = "" if request.enabled else "switched off by the customer"
                row.failing_since = None if request.enabled else row.failing_since
            return messages.UpdateEndpointResponse(endpoint=mapping.endpoint(row))

    async def DeleteEndpoint(
        self, request: messages.DeleteEndpointRequest, context: Context
    ) -> messages.DeleteEndpointResponse:
        """Removes an endpoint; its deliveries stay in the log."""
        async with self._database.unit_of_work() as uow:
            row = await self._endpoints.get_endpoint(uow.session, request.tenant_id, request.id)
            await self._deliveries.end_pending(uow.session, row.id)
            await uow.session.delete(row)
        return messages.DeleteEndpointResponse()

    async def RotateSecret(
        self, request: messages.RotateSecretRequest, context: Context
    ) -> messages.RotateSecretResponse:
        """Gives a new secret; the old one signs too for a day."""
        async with self._database.unit_of_work() as uow:
            row = await self._endpoints.get_endpoint(uow.session, request.tenant_id, request.id)
            row.rotate_secret(new_secret(), self._clock.now())
            return messages.RotateSecretResponse(secret=row.secret)

    async def GetSigningSecret(
        self, request: messages.GetSigningSecretRequest, context: Context
    ) -> messages.GetSigningSecretResponse:
        """Gives the secret for URLs that interviews name."""
        async with self._database.unit_of_work() as uow:
            secret = await self._deliveries.signing_secret(uow.session, request.tenant_id)
        return messages.GetSigningSecretResponse(secret=secret)

    async def ListDeliveries(
        self, request: messages.ListDeliveriesRequest, context: Context
    ) -> messages.ListDeliveriesResponse:
        """Lists deliveries with their tries, the newest first."""
        limit = _limit(request.limit)
        async with self._database.unit_of_work() as uow:
            rows = await self._deliveries.list_deliveries(
                uow.session,
                request.tenant_id,
                endpoint_id=request.endpoint_id,
                interview_id=request.interview_id,
                starting_after=request.starting_after,
                limit=limit,
            )
            page = rows[:limit]
            tries = await self._deliveries.tries_of(uow.session, [row.id for row in page])
            return messages.ListDeliveriesResponse(
                deliveries=[mapping.delivery(row, tries[row.id]) for row in page],
                has_more=len(rows) > limit,
            )

    async def ReplayDelivery(
        self, request: messages.ReplayDeliveryRequest, context: Context
    ) -> messages.ReplayDeliveryResponse:
        """Sends a finished delivery once more from the start, with the same webhook-id."""
        async with self._database.unit_of_work() as uow:
            row = await uow.session.get(DeliveryRow, request.id, with_for_update=True)
            if row is None or row.tenant_id != request.tenant_id:
                raise NotFoundError(f"there is no delivery {request.id}")
            if not row.body:
                raise DomainError("its interview was erased", code="interview_erased")
            if row.status != DeliveryStatus.PENDING:
                row.status = DeliveryStatus.PENDING
                row.tries = 0
            row.next_try_at = self._clock.now()
            tries = await self._deliveries.tries_of(uow.session, [row.id])
            answer = messages.ReplayDeliveryResponse(delivery=mapping.delivery(row, tries[row.id]))
        self._wake()
        return answer

    def _check(self, url: str) -> None:
        try:
            check_url(url, allow_private=self._allow_private)
        except TargetError as error:
            raise InvalidError(
                str(error), code="webhook_url_refused", errors=[FieldError("/url", str(error))]
            ) from error


def _limit(asked: int) -> int:
    return min(asked, MAX_PAGE) if asked > 0 else 20
