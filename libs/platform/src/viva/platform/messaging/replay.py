"""Reading dead letters, and giving them back to the group that failed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition

from viva.contracts.catalogue import catalogue
from viva.platform.messaging.connection import client_options
from viva.platform.messaging.dead_letters import PREFIX, original_headers
from viva.platform.messaging.event import TARGET_GROUP, Record, text_headers
from viva.platform.messaging.offsets import committed_offsets, end_offsets
from viva.platform.messaging.producer import Producer
from viva.platform.messaging.topics import admin_client
from viva.platform.settings import PlatformSettings

REPLAYER = "viva.dlq-replay"


@dataclass(frozen=True)
class DeadLetter:
    """One dead letter.

    Attributes:
        reason: code, detail, tries, group, topic, partition, offset and time, as texts.
        replayed: it was given back before.
    """

    topic: str
    offset: int
    event_id: str
    event_type: str
    interview_id: str
    reason: dict[str, str]
    size_bytes: int
    replayed: bool
    record: Record


async def count_dead_letters(settings: PlatformSettings) -> dict[str, tuple[int, int]]:
    """Counts each dead letter topic's records: kept, and not yet replayed.

    Raises:
        TransientError: the broker is away.
    """
    async with admin_client(settings) as admin:
        there = set(await admin.list_topics())
    topics = [topic for topic in dead_letter_topics() if settings.topic_prefix + topic in there]
    partitions = {topic: _partition(settings, topic) for topic in topics}
    ends = await end_offsets(settings, partitions.values())
    done = await committed_offsets(settings, REPLAYER, partitions.values())
    async with _reader(settings) as reader:
        first = await reader.beginning_offsets(list(partitions.values()))
    return {
        topic: (ends[tp] - first[tp], ends[tp] - max(first[tp], done.get(tp, 0)))
        for topic, tp in partitions.items()
    }


async def read_dead_letters(settings: PlatformSettings, topic: str) -> list[DeadLetter]:
    """Reads the dead letters of one topic, oldest first.

    Args:
        topic: the dead letter topic, without the prefix setting.
    """
    partition = _partition(settings, topic)
    end = (await end_offsets(settings, [partition]))[partition]
    done = (await committed_offsets(settings, REPLAYER, [partition])).get(partition, 0)
    async with _reader(settings) as reader:
        reader.assign([partition])
        await reader.seek_to_beginning(partition)
        letters: list[DeadLetter] = []
        while await reader.position(partition) < end:
            batch = await reader.getmany(partition, timeout_ms=1000)
            letters += [_letter(topic, record, done) for record in batch.get(partition, [])]
        return letters


async def replay(settings: PlatformSettings, topic: str, *, again: bool = False) -> int:
    """Publishes a topic's dead letters again, for the group that failed on them and no other.

    Args:
        topic: the dead letter topic, without the prefix setting.
        again: also those that were replayed before.

    Returns:
        How many.
    """
    letters = [x for x in await read_dead_letters(settings, topic) if again or not x.replayed]
    producer = Producer(settings)
    await producer.start()
    try:
        for letter in letters:
            group = letter.reason["group"]
            headers = [*original_headers(letter.record), (TARGET_GROUP, group.encode())]
            origin, record = letter.reason["topic"], letter.record
            await producer.send(origin, record.key, record.value, headers)
            await _note_replayed(settings, topic, letter.offset)
    finally:
        await producer.stop()
    return len(letters)


def dead_letter_topics() -> list[str]:
    """Names every dead letter topic, without the prefix setting."""
    return [topic.dead_letters(group) for topic in catalogue() for group in topic.groups]


async def _note_replayed(settings: PlatformSettings, topic: str, offset: int) -> None:
    partition = _partition(settings, topic)
    async with _reader(settings, group=settings.topic_prefix + REPLAYER) as reader:
        reader.assign([partition])
        await reader.commit({partition: offset + 1})


def _partition(settings: PlatformSettings, topic: str) -> TopicPartition:
    return TopicPartition(settings.topic_prefix + topic, 0)


def _letter(topic: str, record: Record, replayed_up_to: int) -> DeadLetter:
    headers = text_headers(record)
    return DeadLetter(
        topic=topic,
        offset=record.offset,
        event_id=headers.get("ce_id", ""),
        event_type=headers.get("ce_type", ""),
        interview_id=headers.get("ce_subject", ""),
        reason={
            key.removeprefix(PREFIX): value
            for key, value in headers.items()
            if key.startswith(PREFIX)
        },
        size_bytes=len(record.value or b""),
        replayed=record.offset < replayed_up_to,
        record=record,
    )


@asynccontextmanager
async def _reader(
    settings: PlatformSettings, group: str | None = None
) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        **client_options(settings),
    )
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()
