"""What happens to one record: skipped, handled, tried again, or a dead letter."""

import asyncio
from collections.abc import Callable, Mapping

from opentelemetry.trace import SpanKind

from viva.platform.backoff import Backoff
from viva.platform.errors import KafkaAction, TransientError, treatment
from viva.platform.health import Health
from viva.platform.instruments import WORK_S, Attributes, seconds, timed
from viva.platform.log import bind_interview, get_logger
from viva.platform.messaging.circuit import Circuit
from viva.platform.messaging.dead_letters import DeadLetters
from viva.platform.messaging.event import (
    TARGET_GROUP,
    Event,
    Record,
    decode_event,
    text_headers,
    trace_carrier,
)
from viva.platform.messaging.failures import HandlerTimeoutError, classify, code_of
from viva.platform.messaging.handlers import Handler
from viva.platform.telemetry import extract, meter, tracer

_log = get_logger(__name__)
_TRIES_OF_A_BUG = 3
_PROCESS = {"messaging.operation.name": "process", "messaging.operation.type": "process"}


class Processing:
    """Decides over each record of a group.

    Args:
        handlers: by topic (without prefix) and event type.
        limit: how many records are handled at once.
        longest_job_s: a handler that takes longer has failed.
    """

    def __init__(
        self,
        group: str,
        handlers: Mapping[tuple[str, str], Handler],
        dead_letters: DeadLetters,
        circuit: Circuit,
        health: Health,
        *,
        strip_prefix: Callable[[str], str],
        limit: int,
        longest_job_s: float,
    ) -> None:
        self._group = group
        self._handlers = handlers
        self._dead_letters = dead_letters
        self._circuit = circuit
        self._health = health
        self._strip_prefix = strip_prefix
        self._slots = asyncio.Semaphore(limit)
        self._longest_job_s = longest_job_s
        self._tracer = tracer("viva.messaging")
        meters = meter("viva.messaging")
        self._consumed = meters.create_counter(
            "messaging.client.consumed.messages",
            unit="{message}",
            description="Records that a group has settled: handled, or made dead letters.",
        )
        self._took = seconds(
            meters,
            "messaging.process.duration",
            "Duration of each try to handle a record; one that fails names its error.",
            WORK_S,
        )
        self._dead = meters.create_counter(
            "viva.messaging.dead_letters",
            unit="{record}",
            description="Records that a group could not process.",
        )

    def begin(self, topic: str) -> None:
        """Shows a topic's counters from the start: a rise from nothing is not seen as one."""
        self._dead.add(0, self._labels(topic))

    async def __call__(self, record: Record) -> None:
        """Returns when the record's offset may be committed; only a cancellation leaves it."""
        topic = self._strip_prefix(record.topic)
        headers = text_headers(record)
        if headers.get(TARGET_GROUP, self._group) != self._group:
            return
        kind = headers.get("ce_type")
        if kind is not None and (topic, kind) not in self._handlers:
            return
        await self._circuit.closed(topic)
        place = f"{topic}[{record.partition}]"
        try:
            await self._until_settled(topic, place, record, headers)
        finally:
            self._health.recover(place)

    async def _until_settled(
        self, topic: str, place: str, record: Record, headers: Mapping[str, str]
    ) -> None:
        backoff, bugs = Backoff(), 0
        while True:
            try:
                await self._attempt(topic, record, headers)
            except Exception as raised:
                error = classify(raised)
                action = treatment(error).kafka
                bugs += action is KafkaAction.RETRY_BOUNDED
                if action is KafkaAction.DEAD_LETTER or bugs >= _TRIES_OF_A_BUG:
                    await self._bury(topic, place, record, headers, error, backoff.tries + 1)
                    return
                self._note_retry(topic, place, headers, error)
                await asyncio.sleep(backoff.next_s())
            else:
                self._circuit.succeeded(topic)
                return

    async def _attempt(self, topic: str, record: Record, headers: Mapping[str, str]) -> None:
        handler = self._handlers.get((topic, headers.get("ce_type", "")))
        event = decode_event(record, headers, handler.message_type if handler else None)
        if handler is None:
            return
        name = event.type.rpartition(".")[2]
        async with self._slots:
            with (
                timed(self._took, {**self._labels(topic, event.type), **_PROCESS}),
                bind_interview(event.interview_id),
                self._tracer.start_as_current_span(
                    f"process {name}", extract(trace_carrier(headers)), SpanKind.CONSUMER
                ) as span,
            ):
                span.set_attribute("messaging.system", "kafka")
                span.set_attribute("messaging.destination.name", topic)
                span.set_attribute("messaging.consumer.group.name", self._group)
                span.set_attribute("viva.interview_id", event.interview_id)
                await self._limited(handler, event)
            self._consumed.add(1, self._labels(topic, event.type))

    def _labels(self, topic: str, kind: str = "") -> Attributes:
        labels = {
            "messaging.system": "kafka",
            "messaging.destination.name": topic,
            "messaging.consumer.group.name": self._group,
        }
        return {**labels, "viva.event.type": kind.rpartition(".")[2]} if kind else labels

    async def _limited(self, handler: Handler, event: Event[object]) -> None:
        limit = asyncio.timeout(self._longest_job_s)
        try:
            async with limit:
                await handler(event)
        except TimeoutError:
            if not limit.expired():
                raise
            raise HandlerTimeoutError(f"took more than {self._longest_job_s} s") from None

    async def _bury(
        self,
        topic: str,
        place: str,
        record: Record,
        headers: Mapping[str, str],
        error: Exception,
        tries: int,
    ) -> None:
        """Stores the record among the dead letters, however long the broker takes to let us."""
        _log.error(
            "event_dead_lettered",
            topic=topic,
            partition=record.partition,
            offset=record.offset,
            type=headers.get("ce_type"),
            code=code_of(error),
            interview_id=headers.get("ce_subject"),
            exc_info=error if treatment(error).kafka is KafkaAction.RETRY_BOUNDED else None,
        )
        labels = {**self._labels(topic, self._known(topic, headers)), "error.type": code_of(error)}
        self._consumed.add(1, labels)
        self._dead.add(1, {**self._labels(topic), "error.type": code_of(error)})
        backoff = Backoff()
        while True:
            try:
                await self._tell_failure(topic, record, headers, error)
                await self._dead_letters.write(topic, record, error, tries)
            except Exception as again:
                if not isinstance(classify(again), TransientError):
                    _log.exception("dead_letter_failed", topic=topic, offset=record.offset)
                self._health.degrade(place, code_of(again))
                await asyncio.sleep(backoff.next_s())
            else:
                self._circuit.failed(topic)
                return

    async def _tell_failure(
        self, topic: str, record: Record, headers: Mapping[str, str], error: Exception
    ) -> None:
        handler = self._handlers.get((topic, headers.get("ce_type", "")))
        if handler is None:
            return
        try:
            event = decode_event(record, headers, handler.message_type)
        except Exception:
            return
        await handler.failed(event, error)

    def _known(self, topic: str, headers: Mapping[str, str]) -> str:
        """The record's type if it is one of ours: what strangers write is no label."""
        kind = headers.get("ce_type", "")
        return kind if (topic, kind) in self._handlers else ""

    def _note_retry(
        self, topic: str, place: str, headers: Mapping[str, str], error: Exception
    ) -> None:
        self._health.degrade(place, code_of(error))
        _log.log(
            treatment(error).log_level,
            "event_retried",
            topic=topic,
            type=headers.get("ce_type"),
            code=code_of(error),
            interview_id=headers.get("ce_subject"),
            exc_info=error if treatment(error).kafka is KafkaAction.RETRY_BOUNDED else None,
        )
