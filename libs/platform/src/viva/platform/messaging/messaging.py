"""What a service sees of events."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

from google.protobuf.message import Message

from viva.contracts.catalogue import catalogue, event_type, topic_of
from viva.platform.clock import Clock
from viva.platform.db import Database, UnitOfWork
from viva.platform.health import Health
from viva.platform.messaging.circuit import Circuit
from viva.platform.messaging.consumer import Consumer
from viva.platform.messaging.dead_letters import DeadLetters
from viva.platform.messaging.event import Event
from viva.platform.messaging.handlers import Handler, PureHandler, TransactionalHandler
from viva.platform.messaging.processing import Processing
from viva.platform.messaging.sending import Sending
from viva.platform.messaging.topics_watch import TopicsWatch
from viva.platform.settings import PlatformSettings

M = TypeVar("M", bound=Message)


class Messaging:
    """A service's consumer group, and by `sending` its producer and outbox relay.

    Register handlers before it starts.
    """

    def __init__(
        self,
        service: str,
        settings: PlatformSettings,
        health: Health,
        database: Database | None,
        *,
        clock: Clock,
    ) -> None:
        self.group = f"viva.{service}"
        self.sending = Sending(settings, health, database)
        self._service = service
        self._settings = settings
        self._database = database
        self._clock = clock
        self._handlers: dict[tuple[str, str], Handler] = {}
        self._processing = Processing(
            self.group,
            self._handlers,
            DeadLetters(self.group, self.sending.producer, clock),
            Circuit(health),
            health,
            strip_prefix=lambda name: name.removeprefix(settings.topic_prefix),
            limit=settings.handler_concurrency,
            longest_job_s=settings.longest_job_s,
        )
        self._health = health
        self._consumer: Consumer | None = None
        self._watch: TopicsWatch | None = None

    def on(
        self,
        message_type: type[M],
        handler: Callable[[Event[M], UnitOfWork], Awaitable[None]],
    ) -> None:
        """Handles an event in one transaction with its inbox row and what it emits.

        Delivered twice, it runs once. Its errors decide what becomes of the record: see
        `viva.platform.errors`.
        """
        transactional = TransactionalHandler(self.group, self._tables(), message_type, handler)
        self._register(topic_of(message_type).name, event_type(message_type), transactional)

    def on_json(
        self,
        topic: str,
        handler: Callable[[Event[dict[str, Any]], UnitOfWork], Awaitable[None]],
    ) -> None:
        """The same for every event of a JSON topic."""
        transactional = TransactionalHandler(self.group, self._tables(), None, handler)
        for kind in catalogue().topic(topic).event_types:
            self._register(topic, kind, transactional)

    def on_pure(
        self,
        message_type: type[M],
        handler: Callable[[Event[M]], Awaitable[Sequence[Message]]],
        *,
        failure: Callable[[Event[M], Exception], Message | None] | None = None,
        version: str = "1",
    ) -> None:
        """Publishes what the handler returns for an event, then counts it as handled.

        The ids derive from the input's, so that a repeat is known as one.

        Args:
            failure: what to publish when the event becomes a dead letter.
            version: change it when the same input shall count as a new result.
        """
        pure = PureHandler(
            self._service,
            self.sending.producer,
            self._clock,
            message_type,
            handler,
            failure,
            version,
        )
        self._register(topic_of(message_type).name, event_type(message_type), pure)

    @property
    def handlers(self) -> Mapping[tuple[str, str], Handler]:
        """What is done with each topic's event types."""
        return MappingProxyType(self._handlers)

    async def start(self) -> None:
        """Joins the group, if anything is handled."""
        topics = sorted({topic for topic, _ in self._handlers})
        for topic in topics:
            self._processing.begin(topic)
        if topics:
            self._consumer = Consumer(self._settings, self.group, topics, self._processing)
            await self._consumer.start()
        if not self._settings.kafka_embedded:  # there `viva up` makes them
            owned = [topic.name for topic in catalogue() if topic.owner == self._service]
            self._watch = TopicsWatch(self._settings, self._health, {*topics, *owned})
            await self._watch.start()

    async def stop(self) -> None:
        """Finishes what is being handled and leaves the group."""
        if self._watch:
            await self._watch.stop()
        consumer, self._consumer = self._consumer, None
        if consumer:
            await consumer.stop()

    def _register(self, topic: str, kind: str, handler: Handler) -> None:
        if (topic, kind) in self._handlers:
            raise ValueError(f"{kind} has a handler already")
        self._handlers[topic, kind] = handler

    def _tables(self) -> Database:
        if self._database is None:
            raise ValueError("a service without tables handles events with on_pure")
        return self._database
