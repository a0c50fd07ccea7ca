"""The two ways to handle an event: in a transaction, or as a pure function."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from google.protobuf.message import Message

from viva.contracts.catalogue import topic_of
from viva.platform.clock import Clock
from viva.platform.db import Database, UnitOfWork
from viva.platform.ids import derived_id
from viva.platform.messaging.event import Envelope, Event
from viva.platform.messaging.producer import Producer
from viva.platform.telemetry import inject

Failure = Callable[[Event[Any], Exception], Message | None]


class Handler(Protocol):
    """What is done with one type of event.

    Attributes:
        message_type: the protobuf class of its data; None for JSON.
    """

    message_type: type[Message] | None

    async def __call__(self, event: Event[Any]) -> None:
        """Takes effect; returns when the offset may be committed."""
        ...

    async def failed(self, event: Event[Any], error: Exception) -> None:
        """Tells others that this event will have no result, before it goes to the dead letters."""
        ...


class TransactionalHandler:
    """Inbox row, effect and outbox rows in one transaction: delivered twice, done once."""

    def __init__(
        self,
        group: str,
        database: Database,
        message_type: type[Message] | None,
        handle: Callable[[Event[Any], UnitOfWork], Awaitable[None]],
    ) -> None:
        self.message_type = message_type
        self._group = group
        self._database = database
        self._handle = handle

    async def __call__(self, event: Event[Any]) -> None:
        """Handles the event unless it was handled before."""
        async with self._database.unit_of_work() as unit:
            if await unit.first_time(self._group, event.id):
                await self._handle(event, unit)

    async def failed(self, event: Event[Any], error: Exception) -> None:
        """Nothing: services with tables watch their own deadlines."""


class PureHandler:
    """Publishes what the function returns, under ids derived from the input's.

    A repeat publishes the same ids again, and whoever consumes them drops what it knows.
    """

    def __init__(
        self,
        service: str,
        producer: Producer,
        clock: Clock,
        message_type: type[Message],
        handle: Callable[[Event[Any]], Awaitable[Sequence[Message]]],
        failure: Failure | None,
        version: str,
    ) -> None:
        self.message_type: type[Message] | None = message_type
        self._source = f"/viva/{service}"
        self._producer = producer
        self._clock = clock
        self._handle = handle
        self._failure = failure
        self._version = version

    async def __call__(self, event: Event[Any]) -> None:
        """Computes and publishes."""
        for index, message in enumerate(await self._handle(event)):
            await self._publish(event, message, index)

    async def failed(self, event: Event[Any], error: Exception) -> None:
        """Publishes the failure, so that no join waits for ever."""
        message = self._failure(event, error) if self._failure else None
        if message is not None:
            await self._publish(event, message, 0)

    async def _publish(self, cause: Event[Any], message: Message, index: int) -> None:
        kind = message.DESCRIPTOR.full_name
        envelope = Envelope(
            id=derived_id("evt", cause.id, kind, self._version, index),
            type=kind,
            source=self._source,
            interview_id=cause.interview_id,
            time=self._clock.now(),
            content_type="application/protobuf",
        )
        await self._producer.send(
            topic_of(type(message)).name,
            cause.interview_id.encode(),
            message.SerializeToString(deterministic=True),
            envelope.headers(inject()),
        )
