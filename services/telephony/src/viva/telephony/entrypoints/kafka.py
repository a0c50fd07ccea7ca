"""What telephony reads: orders with their plan, wishes for a call, and ends of conversations."""

from datetime import UTC, timedelta

from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.gateway.events.v1 import events_pb2 as gateway
from viva.contracts.session.events.v1 import events_pb2 as session
from viva.platform.db import UnitOfWork
from viva.platform.errors import InvalidError
from viva.platform.messaging import Event, Messaging
from viva.telephony.application.desk import CallDesk
from viva.telephony.domain.calls import CallPlan
from viva.telephony.domain.errors import WindowInvalidError
from viva.telephony.domain.window import CallingWindow

_MARGIN = timedelta(minutes=3)
"""Beyond the interview's total limit: for the goodbye, before the carrier cuts the line."""


def register(messaging: Messaging, desk: CallDesk) -> None:
    """Registers every handler."""

    async def created(event: Event[gateway.InterviewCreated], uow: UnitOfWork) -> None:
        if event.data.spec.channel == common.CHANNEL_PHONE and event.data.HasField("call"):
            await desk.plan(uow, _plan(event.data))

    async def requested(event: Event[session.CallRequested], uow: UnitOfWork) -> None:
        await desk.request(uow, event.data.interview_id, event.data.attempt)

    async def ended(event: Event[session.ConversationEnded], uow: UnitOfWork) -> None:
        await desk.conversation_ended(uow, event.data.interview_id, event.data.attempt)

    async def expired(event: Event[session.InterviewExpired], uow: UnitOfWork) -> None:
        await desk.withdraw(uow, event.data.interview_id, event.data.attempt)

    async def cancelled(event: Event[session.InterviewCancelled], uow: UnitOfWork) -> None:
        await desk.withdraw(uow, event.data.interview_id, event.data.attempt)

    async def failed(event: Event[session.InterviewFailed], uow: UnitOfWork) -> None:
        await desk.withdraw(uow, event.data.interview_id, event.data.attempt)

    async def erased(event: Event[gateway.InterviewErasureRequested], uow: UnitOfWork) -> None:
        await desk.erase(uow, event.data.interview_id)

    messaging.on(gateway.InterviewCreated, created)
    messaging.on(gateway.InterviewErasureRequested, erased)
    messaging.on(session.CallRequested, requested)
    messaging.on(session.ConversationEnded, ended)
    messaging.on(session.InterviewExpired, expired)
    messaging.on(session.InterviewCancelled, cancelled)
    messaging.on(session.InterviewFailed, failed)


def _plan(created: gateway.InterviewCreated) -> CallPlan:
    spec, call = created.spec, created.call
    try:
        window = _window(call.window) if call.HasField("window") else None
    except WindowInvalidError as error:
        raise InvalidError(error.detail, code=error.code) from error
    return CallPlan(
        interview_id=spec.interview_id,
        sealed_number=call.sealed_number,
        expires_at=spec.expires_at.ToDatetime(tzinfo=UTC),
        grace=timedelta(milliseconds=spec.limits.grace_ms),
        longest=timedelta(milliseconds=spec.limits.total_ms) + _MARGIN,
        trunk=call.trunk,
        window=window,
        max_calls=call.max_calls,
        call_back=call.call_back,
        outbound=call.outbound,
        code_digest=call.code_digest,
    )


def _window(window: gateway.CallingWindow) -> CallingWindow:
    return CallingWindow(
        window.time_zone, window.from_minute, window.until_minute, tuple(window.weekdays)
    )
