"""The outbox relay: publishes committed rows, in order for each interview, and keeps them."""

import asyncio
from datetime import UTC
from itertools import groupby
from typing import Any

import asyncpg
from opentelemetry.trace import SpanKind

from viva.platform.backoff import Backoff
from viva.platform.db.connection import connect, mapped_errors
from viva.platform.db.unit_of_work import WAKE_CHANNEL
from viva.platform.errors import VivaError
from viva.platform.health import Health
from viva.platform.log import get_logger
from viva.platform.messaging.buckets import Buckets
from viva.platform.messaging.event import Envelope
from viva.platform.messaging.failures import classify, code_of
from viva.platform.messaging.outbox_gauge import OutboxGauge
from viva.platform.messaging.producer import Producer
from viva.platform.messaging.pruning import Pruning
from viva.platform.telemetry import inject, resumed, tracer

_log = get_logger(__name__)
_BATCH = 256
_POLL_S = 1.0

_WAITING = """
    SELECT id, event_id, topic, event_type, source, aggregate_id, sequence, content_type, payload,
           traceparent, created_at
    FROM outbox WHERE published_at IS NULL AND bucket = ANY($1::smallint[])
    ORDER BY id LIMIT $2
"""
_MARK = "UPDATE outbox SET published_at = now() WHERE id = ANY($1::bigint[])"


class Relay:
    """Publishes the outbox of one schema; any number of them share it.

    A row is marked only after the broker acknowledged it. A crash in between publishes it again,
    with the same id. One relay at a time owns a bucket of interviews, and within an interview the
    next row waits for the last, so the first appearance of each event is in order.
    """

    def __init__(
        self, url: str, schema: str, producer: Producer, health: Health, pruning: Pruning
    ) -> None:
        self._url = url
        self._schema = schema
        self._producer = producer
        self._health = health
        self._pruning = pruning
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._tracer = tracer("viva.outbox")
        self._gauge = OutboxGauge(schema)

    async def start(self) -> None:
        """Begins to publish."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stops after the pass that is under way, or in the middle of it: it would be repeated."""
        task, self._task = self._task, None
        if task:
            task.cancel()
            await asyncio.wait([task])
        self._gauge.close()

    async def _run(self) -> None:
        backoff = Backoff(cap_s=5.0)
        while True:
            try:
                await self._connected(backoff)
            except Exception as raised:
                error = classify(raised)
                if not isinstance(error, VivaError):
                    _log.exception("relay_failed", schema=self._schema)
                self._health.degrade("outbox", code_of(error))
                await asyncio.sleep(backoff.next_s())

    async def _connected(self, backoff: Backoff) -> None:
        connection = await connect(self._url, self._schema)
        try:
            with mapped_errors():
                await connection.add_listener(WAKE_CHANNEL, self._notified)
                buckets = Buckets(connection, self._schema)
                await buckets.join()
                while True:
                    await self._serve(connection, buckets)
                    backoff.reset()
                    self._health.recover("outbox")
        finally:
            connection.terminate()

    async def _serve(self, connection: asyncpg.Connection, buckets: Buckets) -> None:
        self._wake.clear()
        await buckets.balance()
        await self._gauge.measure(connection, owner=0 in buckets.owned)
        if await self._publish_waiting(connection, sorted(buckets.owned)) == _BATCH:
            return
        if 0 in buckets.owned:
            await self._pruning.run_when_due(connection)
        try:
            async with asyncio.timeout(_POLL_S):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _publish_waiting(self, connection: asyncpg.Connection, buckets: list[int]) -> int:
        rows = await connection.fetch(_WAITING, buckets, _BATCH)
        if not rows:
            return 0
        ordered = sorted(rows, key=lambda row: (row["aggregate_id"], row["id"]))
        published: list[int] = []
        results = await asyncio.gather(
            *(
                self._publish_in_order(list(group), published)
                for _, group in groupby(ordered, key=lambda row: row["aggregate_id"])
            ),
            return_exceptions=True,
        )
        await self._mark(connection, published)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return len(rows)

    async def _publish_in_order(self, rows: list[Any], published: list[int]) -> None:
        for row in rows:
            await self._publish(row)
            published.append(row["id"])

    async def _publish(self, row: Any) -> None:
        envelope = Envelope(
            id=row["event_id"],
            type=row["event_type"],
            source=row["source"],
            interview_id=row["aggregate_id"],
            time=row["created_at"].astimezone(UTC),
            content_type=row["content_type"],
            sequence=row["sequence"],
        )
        name = f"publish {row['event_type'].rpartition('.')[2]}"
        with (
            resumed(row["traceparent"]),
            self._tracer.start_as_current_span(
                name, kind=SpanKind.PRODUCER, attributes=_attributes(row)
            ),
        ):
            key = row["aggregate_id"].encode()
            headers = envelope.headers(inject())
            await self._producer.send(row["topic"], key, row["payload"], headers)

    async def _mark(self, connection: asyncpg.Connection, published: list[int]) -> None:
        if published:
            await connection.execute(_MARK, published)

    def _notified(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        if payload == self._schema:
            self._wake.set()


def _attributes(row: Any) -> dict[str, str]:
    return {
        "messaging.system": "kafka",
        "messaging.destination.name": row["topic"],
        "viva.interview_id": row["aggregate_id"],
    }
