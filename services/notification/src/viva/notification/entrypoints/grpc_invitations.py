"""InvitationService: invitations by e-mail."""

from collections.abc import Callable
from datetime import UTC

import grpc

from viva.contracts.notification.v1 import invitations_pb2 as messages
from viva.contracts.notification.v1 import invitations_pb2_grpc as services
from viva.notification.application.invite import NOT_CONFIGURED
from viva.notification.application.ports import InvitationStore
from viva.notification.application.records import FAILED, PENDING, InvitationRow
from viva.notification.domain import invitation as letter
from viva.notification.entrypoints import mapping
from viva.platform.clock import Clock
from viva.platform.db import Database
from viva.platform.errors import FieldError, InvalidError

Context = grpc.aio.ServicerContext[object, object]


class InvitationServicer(services.InvitationServiceServicer):
    """Serves InvitationService.

    Args:
        configured: whether there is a mail server to send through.
        wake: called when an invitation is due.
    """

    def __init__(
        self,
        database: Database,
        invitations: InvitationStore,
        clock: Clock,
        *,
        configured: bool,
        wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._invitations = invitations
        self._clock = clock
        self._configured = configured
        self._wake = wake

    async def SendInvitation(
        self, request: messages.SendInvitationRequest, context: Context
    ) -> messages.SendInvitationResponse:
        """Keeps an invitation and sends it; a known id is not sent twice."""
        if "@" not in request.email or any(mark in request.email for mark in "\r\n"):
            detail = "this is no e-mail address"
            raise InvalidError(detail, errors=[FieldError("/email", detail)])
        now = self._clock.now()
        row = InvitationRow(
            id=request.id,
            tenant_id=request.tenant_id,
            interview_id=request.interview_id,
            email=request.email,
            status=PENDING if self._configured else FAILED,
            error="" if self._configured else NOT_CONFIGURED,
            subject=letter.subject(request.company_name, request.role),
            text=self._text(request) if self._configured else None,
            tries=0,
            next_try_at=now if self._configured else None,
            created_at=now,
        )
        async with self._database.unit_of_work() as uow:
            kept = await self._invitations.create_invitation(uow.session, row)
            answer = messages.SendInvitationResponse(invitation=mapping.invitation(kept))
        self._wake()
        return answer

    async def ListInvitations(
        self, request: messages.ListInvitationsRequest, context: Context
    ) -> messages.ListInvitationsResponse:
        """Lists the invitations of an interview."""
        async with self._database.unit_of_work() as uow:
            rows = await self._invitations.list_invitations(
                uow.session, request.tenant_id, request.interview_id
            )
            return messages.ListInvitationsResponse(
                invitations=[mapping.invitation(row) for row in rows]
            )

    def _text(self, request: messages.SendInvitationRequest) -> str:
        return letter.body(
            request.candidate_name,
            request.company_name,
            request.role,
            request.join_url,
            request.expires_at.ToDatetime(tzinfo=UTC),
        )
