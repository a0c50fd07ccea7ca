"""The delivery worker: claims what is due, tries it, writes down what came of it."""

import asyncio
import contextlib
from datetime import timedelta

from viva.contracts.notification.events.v1 import events_pb2 as events
from viva.notification.application.ports import ClaimedDelivery, DeliveryStore, WebhookSender
from viva.notification.domain.delivery import (
    DeliveryStatus,
    Next,
    TryResult,
    after,
    disables_endpoint,
)
from viva.platform.clock import Clock
from viva.platform.db import Database, UnitOfWork
from viva.platform.errors import TransientError
from viva.platform.instruments import WORK_S, seconds
from viva.platform.log import get_logger
from viva.platform.telemetry import meter, resumed, tracer

log = get_logger(__name__)
_meter = meter("viva.notification")
_tries = _meter.create_counter(
    "viva.notification.tries",
    unit="{try}",
    description="Tries to deliver a webhook, by what came of them.",
)
_delivered = seconds(
    _meter,
    "viva.notification.delivery.duration",
    "From the event to the endpoint's answer that took it.",
    WORK_S,
)


class DeliveryWorker:
    """Sends what is due, a bounded number at once, fairly over endpoints.

    A crash between sending and writing down repeats the try with the same webhook-id.

    Args:
        lease: longer than a try can take.
    """

    def __init__(
        self,
        database: Database,
        store: DeliveryStore,
        sender: WebhookSender,
        clock: Clock,
        *,
        concurrency: int,
        per_endpoint: int,
        poll_s: float,
        lease: timedelta = timedelta(seconds=60),
    ) -> None:
        self._database = database
        self._store = store
        self._sender = sender
        self._clock = clock
        self._concurrency = concurrency
        self._per_endpoint = per_endpoint
        self._poll_s = poll_s
        self._lease = lease
        self._due = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        for outcome in DeliveryStatus:
            _tries.add(0, {"viva.outcome": outcome})

    def wake(self) -> None:
        """Says that something may be due now."""
        self._due.set()

    async def run(self) -> None:
        """Works until it is cancelled; what is under way then is finished by the lease's end."""
        try:
            while True:
                self._due.clear()
                if not await self._start_due():
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(self._poll_s):
                            await self._due.wait()
        finally:
            for task in self._running:
                task.cancel()

    async def _start_due(self) -> int:
        """Starts what is due and fits; says how many that were."""
        free = self._concurrency - len(self._running)
        if free <= 0:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            return 1
        try:
            async with self._database.unit_of_work() as uow:
                claimed = await self._store.claim(
                    uow.session, self._clock.now(), free, self._per_endpoint, self._lease
                )
        except TransientError as error:
            log.warning("deliveries_not_claimed", error=error.code)
            return 0
        for delivery in claimed:
            task = asyncio.create_task(self._deliver(delivery), name=f"deliver {delivery.id}")
            self._running.add(task)
            task.add_done_callback(self._finished)
        return len(claimed)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("delivery_broke", error=type(error).__name__, exc_info=error)
        self._due.set()

    async def _deliver(self, delivery: ClaimedDelivery) -> None:
        with (
            resumed(delivery.traceparent),
            tracer("viva.notification").start_as_current_span("webhook deliver") as span,
        ):
            span.set_attribute("viva.interview_id", delivery.interview_id)
            result = await self._sender.send(delivery)
            span.set_attribute("http.response.status_code", result.http_status)
            following = after(result, delivery.tries + 1)
            async with self._database.unit_of_work() as uow:
                await self._write_down(uow, delivery, result, following)
        _tries.add(1, {"viva.outcome": following.status})
        if following.status is DeliveryStatus.DELIVERED:
            _delivered.record((self._clock.now() - delivery.created_at).total_seconds())
        log.info(
            "webhook_tried",
            interview_id=delivery.interview_id,
            delivery_id=delivery.id,
            http_status=result.http_status,
            outcome=following.status,
            try_number=delivery.tries + 1,
        )

    async def _write_down(
        self, uow: UnitOfWork, delivery: ClaimedDelivery, result: TryResult, following: Next
    ) -> None:
        await self._store.finish_try(uow.session, delivery, result, following)
        if delivery.endpoint_id:
            await self._store.note_endpoint(
                uow.session,
                delivery.endpoint_id,
                result,
                disables_endpoint(result, delivery.failing_since),
            )
        tries = delivery.tries + 1
        if following.status is DeliveryStatus.DELIVERED:
            uow.emit(
                events.WebhookDelivered(
                    interview_id=delivery.interview_id,
                    delivery_id=delivery.id,
                    endpoint_id=delivery.endpoint_id,
                    event_id=delivery.event_id,
                    tries=tries,
                    http_status=result.http_status,
                ),
                interview_id=delivery.interview_id,
            )
        elif following.status is DeliveryStatus.DEAD:
            uow.emit(
                events.WebhookDead(
                    interview_id=delivery.interview_id,
                    delivery_id=delivery.id,
                    endpoint_id=delivery.endpoint_id,
                    event_id=delivery.event_id,
                    tries=tries,
                    reason=following.reason,
                ),
                interview_id=delivery.interview_id,
            )
