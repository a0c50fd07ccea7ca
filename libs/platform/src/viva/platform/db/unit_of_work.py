"""One transaction: a change of state, the events that it causes, the record that caused it."""

import json
import zlib
from typing import Any

from google.protobuf.message import Message
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from viva.contracts.catalogue import topic_of
from viva.platform.db.tables import inbox, outbox, outbox_sequence
from viva.platform.errors import InvalidError
from viva.platform.ids import Ids
from viva.platform.telemetry import current_traceparent

BUCKETS = 32
MAX_EVENT_BYTES = 256 * 1024
WAKE_CHANNEL = "viva_outbox"


def bucket_of(aggregate_id: str) -> int:
    """The bucket of an aggregate's events: one relay publishes a bucket at a time."""
    return zlib.crc32(aggregate_id.encode()) % BUCKETS


class UnitOfWork:
    """The open transaction of one change.

    Attributes:
        session: for the service's own tables. Do not commit it: the unit of work does.
    """

    def __init__(self, session: AsyncSession, source: str, ids: Ids) -> None:
        self.session = session
        self._source = source
        self._ids = ids
        self._rows: list[dict[str, Any]] = []
        self._settled: set[str] = set()

    def emit(self, message: Message, *, interview_id: str, event_id: str | None = None) -> str:
        """Publishes an event if this unit of work commits; tells its id.

        Events of one interview are published in the order of emitting. An `event_id` that was
        emitted before is not published again.

        Raises:
            InvalidError: larger than 256 KB; put the content into the object store.
            KeyError: the message is no event of the catalogue.
        """
        topic = topic_of(type(message)).name
        kind, payload = message.DESCRIPTOR.full_name, message.SerializeToString(deterministic=True)
        return self._append(topic, kind, "application/protobuf", payload, interview_id, event_id)

    def emit_json(
        self,
        topic: str,
        event_type: str,
        data: dict[str, Any],
        *,
        interview_id: str,
        event_id: str | None = None,
    ) -> str:
        """Publishes a JSON event if this unit of work commits; tells its id.

        Args:
            topic: its name in the catalogue, without the prefix setting.

        Raises:
            InvalidError: larger than 256 KB.
        """
        payload = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
        return self._append(topic, event_type, "application/json", payload, interview_id, event_id)

    def settle(self, interview_id: str) -> None:
        """Notes that the interview is over for this service.

        What it published before this unit of work is not repeated on an embedded broker that
        forgot; what this unit of work emits still is, and consumers drop what they know.
        """
        self._settled.add(interview_id)

    async def erase_published(self, interview_id: str) -> int:
        """Deletes what this service published of the interview from its own tables.

        What is not published yet stays, and goes with the next call or when it is old. Records in
        the topics live as long as the topics' retention says.

        Returns:
            How many rows.
        """
        statement = delete(outbox).where(
            outbox.c.aggregate_id == interview_id, outbox.c.published_at.is_not(None)
        )
        result = await self.session.execute(statement.returning(outbox.c.id))
        return len(result.all())

    async def first_time(self, consumer: str, message_id: str) -> bool:
        """Notes a message as processed; False if it was before. Part of this transaction."""
        statement = insert(inbox).values(consumer=consumer, message_id=message_id)
        result = await self.session.execute(
            statement.on_conflict_do_nothing().returning(inbox.c.message_id)
        )
        return result.first() is not None

    async def write_outbox(self) -> None:
        """Writes the emitted events; called once, just before the commit."""
        for aggregate_id in sorted(self._settled):  # sorted, so that two writers cannot deadlock
            await self.session.execute(
                update(outbox_sequence)
                .where(outbox_sequence.c.aggregate_id == aggregate_id)
                .values(settled_sequence=outbox_sequence.c.last_sequence)
            )
        by_aggregate: dict[str, list[dict[str, Any]]] = {}
        for row in self._rows:
            by_aggregate.setdefault(row["aggregate_id"], []).append(row)
        for aggregate_id, rows in sorted(by_aggregate.items()):
            last = await self._reserve(aggregate_id, len(rows))
            for sequence, row in enumerate(rows, start=last - len(rows) + 1):
                row["sequence"] = sequence
        if self._rows:
            # In one statement: ids rise in the order of emitting.
            await self.session.execute(
                insert(outbox).on_conflict_do_nothing(index_elements=["event_id"]), self._rows
            )
            schema = func.current_schema()
            await self.session.execute(select(func.pg_notify(text(f"'{WAKE_CHANNEL}'"), schema)))
        self._rows = []

    async def _reserve(self, aggregate_id: str, count: int) -> int:
        statement = insert(outbox_sequence).values(aggregate_id=aggregate_id, last_sequence=count)
        statement = statement.on_conflict_do_update(
            index_elements=["aggregate_id"],
            set_={"last_sequence": outbox_sequence.c.last_sequence + count},
        )
        result = await self.session.execute(statement.returning(outbox_sequence.c.last_sequence))
        return int(result.scalar_one())

    def _append(
        self,
        topic: str,
        event_type: str,
        content_type: str,
        payload: bytes,
        interview_id: str,
        event_id: str | None,
    ) -> str:
        if len(payload) > MAX_EVENT_BYTES:
            raise InvalidError(
                f"{event_type} has {len(payload)} bytes, more than {MAX_EVENT_BYTES}",
                code="event_too_large",
            )
        event_id = event_id or self._ids.new("evt")
        self._rows.append(
            {
                "event_id": event_id,
                "topic": topic,
                "event_type": event_type,
                "source": self._source,
                "aggregate_id": interview_id,
                "bucket": bucket_of(interview_id),
                "content_type": content_type,
                "payload": payload,
                "traceparent": current_traceparent(),
            }
        )
        return event_id
