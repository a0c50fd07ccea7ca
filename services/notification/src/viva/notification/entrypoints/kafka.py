"""What notification reads: interviews that begin, and results."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from sqlalchemy.event import listen
from sqlalchemy.ext.asyncio import AsyncSession

from viva.contracts.gateway.events.v1 import events_pb2 as gateway_events
from viva.contracts.notification.events.v1 import events_pb2 as events
from viva.notification.application.ports import Announcement, DeliveryStore
from viva.platform.clock import Clock
from viva.platform.db import UnitOfWork
from viva.platform.errors import InvalidError, TransientError
from viva.platform.messaging import Event, Messaging
from viva.platform.telemetry import current_traceparent

RESULTS = "interview.results.v1"
ERASED = "interview.erased"
Erase = Callable[[AsyncSession, str], Awaitable[None]]
CREATION_WAIT = timedelta(minutes=15)


def register(
    messaging: Messaging,
    deliveries: DeliveryStore,
    clock: Clock,
    wake: Callable[[], None],
    erase: Erase,
) -> None:
    """Registers the handlers.

    Args:
        erase: takes an interview's candidate out of the tables.
        wake: called when deliveries may be due.
    """

    async def on_created(event: Event[gateway_events.InterviewCreated], uow: UnitOfWork) -> None:
        spec = event.data.spec
        await deliveries.remember_interview(
            uow.session, spec.interview_id, spec.tenant_id, event.data.webhook_url
        )

    async def on_result(event: Event[dict[str, Any]], uow: UnitOfWork) -> None:
        interview = await deliveries.find_interview(uow.session, event.interview_id)
        if interview is None:
            # The two topics are not ordered against each other; its creation is on its way,
            # unless it was lost: then nobody must wait behind this one for ever.
            if clock.now() - event.time > CREATION_WAIT:
                raise InvalidError("nothing created this interview", code="interview_unknown")
            raise TransientError("the interview's creation has not been read yet")
        if interview.erased and event.type != ERASED:
            return  # it was under way when the candidate was erased
        document = {"type": event.type, "timestamp": event.time.isoformat(), "data": event.data}
        body = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
        await deliveries.create_deliveries(
            uow.session,
            interview,
            Announcement(event.id, event.type, body, current_traceparent()),
            clock.now(),
        )
        listen(uow.session.sync_session, "after_commit", lambda _session: wake(), once=True)

    async def on_erasure(
        event: Event[gateway_events.InterviewErasureRequested], uow: UnitOfWork
    ) -> None:
        interview_id = event.data.interview_id
        await erase(uow.session, interview_id)
        await uow.erase_published(interview_id)
        uow.emit(events.InterviewErased(interview_id=interview_id), interview_id=interview_id)

    messaging.on(gateway_events.InterviewCreated, on_created)
    messaging.on(gateway_events.InterviewErasureRequested, on_erasure)
    messaging.on_json(RESULTS, on_result)
