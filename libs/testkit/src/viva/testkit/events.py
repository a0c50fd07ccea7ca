"""Publishing and reading events as another service would, for tests."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Self

from aiokafka import AIOKafkaConsumer
from google.protobuf.message import Message

from viva.contracts.catalogue import catalogue, event_type, message_type, topic_of
from viva.platform.clock import SystemClock
from viva.platform.ids import new_id
from viva.platform.messaging.event import Envelope
from viva.platform.messaging.producer import Producer
from viva.platform.settings import PlatformSettings
from viva.platform.telemetry import inject


class Events:
    """Sends and reads events on the broker that the settings name; use it as a context."""

    def __init__(self, settings: PlatformSettings) -> None:
        self._settings = settings
        self._producer = Producer(settings)

    async def __aenter__(self) -> Self:
        await self._producer.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._producer.stop()

    async def publish(
        self, message: Message, interview_id: str, *, event_id: str | None = None
    ) -> str:
        """Publishes a protobuf event as its owner would; gives its id."""
        topic = topic_of(type(message))
        value = message.SerializeToString(deterministic=True)
        return await self._send(
            topic.name,
            topic.owner,
            event_type(type(message)),
            value,
            "application/protobuf",
            interview_id,
            event_id,
        )

    async def publish_json(
        self,
        topic: str,
        kind: str,
        data: dict[str, Any],
        interview_id: str,
        *,
        event_id: str | None = None,
    ) -> str:
        """Publishes a JSON event; gives its id."""
        owner = catalogue().topic(topic).owner
        value = json.dumps(data).encode()
        return await self._send(
            topic, owner, kind, value, "application/json", interview_id, event_id
        )

    async def publish_raw(
        self, topic: str, key: bytes, value: bytes, headers: list[tuple[str, bytes]]
    ) -> None:
        """Publishes a record as it is, corrupt ones too."""
        await self._producer.send(topic, key, value, headers)

    async def expect(
        self,
        wanted: type[Message],
        interview_id: str,
        *,
        count: int = 1,
        timeout_s: float = 30,
        where: Callable[[Any], bool] = lambda _message: True,
    ) -> list[Any]:
        """Reads an event type's topic from its beginning until `count` of them came.

        Raises:
            TimeoutError: fewer came in time.
        """
        found: list[Any] = []
        deadline = time.monotonic() + timeout_s
        async with self._consumer(topic_of(wanted).name) as consumer:
            while len(found) < count:
                left = deadline - time.monotonic()
                if left <= 0:
                    detail = f"{len(found)} of {count} {wanted.__name__} after {timeout_s:.0f} s"
                    raise TimeoutError(detail)
                batch = await consumer.getmany(timeout_ms=min(200, int(left * 1000) + 1))
                records = [record for part in batch.values() for record in part]
                for record in records:
                    kind = dict(record.headers).get("ce_type", b"").decode()
                    if record.key != interview_id.encode() or kind != event_type(wanted):
                        continue
                    message = message_type(kind)()
                    message.ParseFromString(record.value or b"")
                    if where(message):
                        found.append(message)
        return found

    async def read_json(self, topic: str, interview_id: str, settle_s: float = 1) -> list[Any]:
        """Reads all JSON events of an interview: (type, id, data), in order."""
        found: list[Any] = []
        deadline = time.monotonic() + settle_s
        async with self._consumer(topic) as consumer:
            while time.monotonic() < deadline:
                batch = await consumer.getmany(timeout_ms=200)
                for record in (record for part in batch.values() for record in part):
                    if record.key == interview_id.encode():
                        headers = {name: value.decode() for name, value in record.headers}
                        data = json.loads(record.value or b"null")
                        found.append((headers["ce_type"], headers["ce_id"], data))
                        deadline = time.monotonic() + settle_s
        return found

    @asynccontextmanager
    async def _consumer(self, topic: str) -> AsyncIterator["AIOKafkaConsumer[bytes, bytes]"]:
        consumer = AIOKafkaConsumer(
            self._settings.topic_prefix + topic,
            bootstrap_servers=self._settings.kafka_bootstrap,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            fetch_max_wait_ms=5,
        )
        await consumer.start()
        try:
            yield consumer
        finally:
            await consumer.stop()

    async def _send(
        self,
        topic: str,
        owner: str,
        kind: str,
        value: bytes,
        content_type: str,
        interview_id: str,
        event_id: str | None,
    ) -> str:
        event_id = event_id or new_id("evt")
        envelope = Envelope(
            event_id, kind, f"/viva/{owner}", interview_id, SystemClock().now(), content_type
        )
        headers = envelope.headers(inject())
        await self._producer.send(topic, interview_id.encode(), value, headers)
        return event_id


async def eventually(
    check: Callable[[], Any], *, timeout_s: float = 60, every_s: float = 0.05
) -> Any:
    """Calls an async check until it gives something true; gives that.

    Raises:
        TimeoutError: it never did.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        result = await check()
        if result:
            return result
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {timeout_s:.0f} s")
        await asyncio.sleep(every_s)
