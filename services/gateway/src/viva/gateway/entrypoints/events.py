"""What the gateway reads: the decisions of the session service, and how far calls are."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from google.protobuf.message import Message

from viva.contracts.notification.events.v1 import events_pb2 as notification_events
from viva.contracts.session.events.v1 import events_pb2 as events
from viva.contracts.telephony.events.v1 import events_pb2 as telephony
from viva.gateway.application import call_projecting
from viva.gateway.application.ports import Work
from viva.gateway.application.projecting import Cause, Projector
from viva.gateway.domain.interview import Keeper
from viva.platform.db import UnitOfWork
from viva.platform.messaging import Event, Messaging

M = TypeVar("M", bound=Message)
Erased = TypeVar(
    "Erased",
    events.InterviewErased,
    notification_events.InterviewErased,
    telephony.InterviewErased,
)
Wrap = Callable[[UnitOfWork], Work]


def register(messaging: Messaging, projector: Projector, wrap: Wrap) -> None:
    """Registers the handlers."""

    def on(kind: type[M], handle: Callable[[Work, M], Awaitable[None]]) -> None:
        async def handler(event: Event[M], unit: UnitOfWork) -> None:
            await handle(wrap(unit), event.data)

        messaging.on(kind, handler)

    def on_caused(kind: type[M], handle: Callable[[Work, M, Cause], Awaitable[None]]) -> None:
        async def handler(event: Event[M], unit: UnitOfWork) -> None:
            await handle(wrap(unit), event.data, Cause(event.id))

        messaging.on(kind, handler)

    def on_erased(kind: type[Erased], keeper: Keeper) -> None:
        async def handler(event: Event[Erased], unit: UnitOfWork) -> None:
            await projector.erased(wrap(unit), event.data.interview_id, keeper)

        messaging.on(kind, handler)

    on_erased(events.InterviewErased, Keeper.SESSION)
    on_erased(notification_events.InterviewErased, Keeper.NOTIFICATION)
    on_erased(telephony.InterviewErased, Keeper.TELEPHONY)
    on(events.PromptsReady, projector.prompts_ready)
    on(events.InterviewStarted, projector.started)
    on(events.ConversationEnded, projector.conversation_ended)
    on(telephony.CallAnswered, call_projecting.answered)
    on(telephony.CallPostponed, call_projecting.postponed)
    on(telephony.CallEnded, call_projecting.ended)
    on(telephony.CallFailed, call_projecting.failed)
    on_caused(events.InterviewCompleted, projector.completed)
    on_caused(events.InterviewFailed, projector.failed)
    on_caused(events.InterviewExpired, projector.expired)
    on_caused(events.InterviewCancelled, projector.cancelled)
    on_caused(events.InterviewReinvited, projector.reinvited)
    on_caused(events.InterviewReinviteRefused, projector.reinvite_refused)
