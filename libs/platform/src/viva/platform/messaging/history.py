"""All that the topics hold about one key, oldest first: for people who ask what happened."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.partitioner import murmur2

from viva.contracts.catalogue import Topic
from viva.platform.errors import TransientError
from viva.platform.messaging.connection import client_options
from viva.platform.messaging.event import Record
from viva.platform.messaging.offsets import end_offsets
from viva.platform.messaging.topics import partitions_of
from viva.platform.settings import PlatformSettings

_LIMIT_S = 60.0


async def history(
    settings: PlatformSettings, topics: Sequence[Topic], key: str, since: datetime
) -> list[Record]:
    """Reads one key's records, each partition's in order.

    Reads as no group: nothing is committed and nobody is disturbed. Only the key's partition of
    each topic is read, from about `since` on; where the number of partitions was raised, also the
    one that the key had by the catalogue's number.

    Raises:
        TransientError: the broker is away, or there is more than can be read in a minute.
    """
    partitions = [
        TopicPartition(settings.topic_prefix + topic.name, number)
        for topic in topics
        for number in _partitions(key, topic, settings)
    ]
    ends = await end_offsets(settings, partitions)
    reader = AIOKafkaConsumer(
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=50,
        **client_options(settings),
    )
    await reader.start()
    try:
        async with asyncio.timeout(_LIMIT_S):
            reader.assign(partitions)
            await _seek(reader, partitions, None if settings.kafka_embedded else since)
            return await _read(reader, ends, key.encode())
    except TimeoutError as error:
        raise TransientError("the topics could not be read in time", code="broker_away") from error
    finally:
        await reader.stop()


async def _seek(
    reader: AIOKafkaConsumer, partitions: list[TopicPartition], since: datetime | None
) -> None:
    """To the first record after a time; the embedded broker is small and is read from its start."""
    if since is None:
        await reader.seek_to_beginning(*partitions)
        return
    at_ms = int(since.timestamp() * 1000)
    found = await reader.offsets_for_times(dict.fromkeys(partitions, at_ms))
    for partition in partitions:
        if found.get(partition):
            reader.seek(partition, found[partition].offset)
        else:
            await reader.seek_to_end(partition)


async def _read(
    reader: AIOKafkaConsumer, ends: dict[TopicPartition, int], key: bytes
) -> list[Record]:
    found: list[Record] = []
    left = set(ends)
    while left:
        for partition in list(left):
            if await reader.position(partition) >= ends[partition]:
                left.discard(partition)
        if left:
            batches = await reader.getmany(*left, timeout_ms=500)
            found += [r for records in batches.values() for r in records if r.key == key]
    return found


def _partitions(key: str, topic: Topic, settings: PlatformSettings) -> set[int]:
    """As the producer chooses it, and chose it before the number was raised."""
    count = partitions_of(topic, settings)
    hashed = int(murmur2(key.encode()) & 0x7FFFFFFF)
    return {hashed % count, hashed % min(count, topic.partitions)}
