"""Publishing: acknowledged by all replicas in sync before it counts."""

import asyncio
import time
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, KafkaTimeoutError

from viva.platform.backoff import Backoff
from viva.platform.errors import InvalidError, TransientError
from viva.platform.instruments import seconds, timed
from viva.platform.log import get_logger
from viva.platform.messaging.connection import client_options
from viva.platform.messaging.refusal import check_refused
from viva.platform.settings import PlatformSettings
from viva.platform.telemetry import meter

_log = get_logger(__name__)
_MAX_REQUEST_BYTES = 1024 * 1024
START_LIMIT_S = 60.0
_PERMANENT = {"MessageSizeTooLargeError", "InvalidTopicError", "TopicAuthorizationFailedError"}


class Producer:
    """Sends records to the broker; one for each process and service."""

    def __init__(self, settings: PlatformSettings) -> None:
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None
        self._replacing = asyncio.Lock()
        meters = meter("viva.messaging")
        self._took = seconds(
            meters, "messaging.client.operation.duration", "Duration of sending, acknowledged."
        )
        self._sent = meters.create_counter(
            "messaging.client.sent.messages",
            unit="{message}",
            description="Records that the broker acknowledged.",
        )

    async def start(self) -> None:
        """Connects.

        Raises:
            TransientError: the broker was away for a minute, or does not let us in.
        """
        deadline, backoff = time.monotonic() + START_LIMIT_S, Backoff()
        while True:
            try:
                self._producer = await self._connect()
            except KafkaError as error:
                if time.monotonic() > deadline:
                    raise TransientError(
                        f"the broker is away: {error}", code="broker_away"
                    ) from error
                await check_refused(self._settings)
                _log.warning("broker_away", error=type(error).__name__)
                await asyncio.sleep(backoff.next_s())
            else:
                return

    async def stop(self) -> None:
        """Sends what is buffered and disconnects."""
        producer, self._producer = self._producer, None
        if producer:
            await producer.stop()

    async def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes]],
    ) -> None:
        """Publishes one record and waits until it is safe.

        Args:
            topic: as the catalogue has it; the prefix setting is put before it here.

        Raises:
            TransientError: the broker is away.
            InvalidError: the broker will never take this record.
        """
        labels = {
            "messaging.system": "kafka",
            "messaging.operation.name": "send",
            "messaging.operation.type": "send",
            "messaging.destination.name": topic,
        }
        with timed(self._took, labels):
            await self._send(topic, key, value, headers)
        self._sent.add(1, labels)

    async def _send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes]],
    ) -> None:
        producer = self._producer
        if producer is None:
            raise TransientError("not connected to the broker", code="broker_away")
        name = self._settings.topic_prefix + topic
        try:
            await producer.send_and_wait(name, value=value, key=key, headers=list(headers))
        except KafkaError as error:
            kind = type(error).__name__
            if kind in _PERMANENT:
                raise InvalidError(f"{kind} on {topic}", code="record_refused") from error
            if not error.retriable and not isinstance(error, KafkaTimeoutError):
                await self._replace(producer, kind)
            raise TransientError(f"broker: {kind}", code="broker_away") from error

    async def _connect(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            acks="all",
            enable_idempotence=self._settings.kafka_idempotence,
            max_request_size=_MAX_REQUEST_BYTES,
            **client_options(self._settings),
        )
        try:
            await producer.start()
        except KafkaError:
            await producer.stop()
            raise
        return producer

    async def _replace(self, broken: AIOKafkaProducer, reason: str) -> None:
        """Takes a new producer for one whose numbering the broker no longer follows."""
        async with self._replacing:
            if self._producer is not broken:
                return
            _log.warning("producer_replaced", reason=reason)
            try:
                fresh = await self._connect()
            except KafkaError:
                return  # the next send tries again
            if self._producer is not broken:  # stopped meanwhile
                await fresh.stop()
                return
            self._producer = fresh
            await broken.stop()

    async def ping(self) -> None:
        """Asks the broker for its metadata.

        Raises:
            TransientError: no answer.
        """
        if self._producer is None:
            raise TransientError("not connected to the broker", code="broker_away")
        try:
            async with asyncio.timeout(3):
                await self._producer.client.fetch_all_metadata()
        except (KafkaError, TimeoutError) as error:
            raise TransientError("the broker does not answer", code="broker_away") from error
