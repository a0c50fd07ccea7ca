"""Where partitions end and where groups stand."""

import asyncio
from collections.abc import Collection

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from viva.platform.backoff import Backoff
from viva.platform.errors import TransientError
from viva.platform.messaging.connection import client_options
from viva.platform.messaging.topics import admin_client
from viva.platform.settings import PlatformSettings

_LIMIT_S = 10.0
_TRIES = 12


async def end_offsets(
    settings: PlatformSettings, partitions: Collection[TopicPartition]
) -> dict[TopicPartition, int]:
    """Finds the offset after the last record of each partition.

    Raises:
        TransientError: the broker does not tell.
    """
    consumer = AIOKafkaConsumer(
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=10,
        max_partition_fetch_bytes=1024,
        **client_options(settings),
    )
    await consumer.start()
    try:
        async with asyncio.timeout(_LIMIT_S):
            if settings.kafka_embedded:
                return await _by_fetching(consumer, partitions)
            return dict(await consumer.end_offsets(list(partitions)))
    except TimeoutError as error:
        raise TransientError("the broker does not tell offsets", code="broker_away") from error
    finally:
        await consumer.stop()


async def committed_offsets(
    settings: PlatformSettings, group: str, partitions: Collection[TopicPartition]
) -> dict[TopicPartition, int]:
    """Finds the offsets that a group has committed; partitions without one are left out.

    Args:
        group: without the prefix setting.

    Raises:
        TransientError: the broker is away, or does not tell.
    """
    backoff = Backoff(0.1, 1.0)
    async with admin_client(settings) as admin:
        while True:
            try:
                committed = await admin.list_consumer_group_offsets(
                    settings.topic_prefix + group, partitions=list(partitions)
                )
                break
            # A cluster that had no group before makes the coordinator's topic when it is asked.
            except KafkaError as error:
                if not error.retriable or backoff.tries > _TRIES:
                    raise TransientError(
                        "the broker does not tell offsets", code="broker_away"
                    ) from error
                await asyncio.sleep(backoff.next_s())
    return {tp: entry.offset for tp, entry in committed.items() if entry.offset >= 0}


async def _by_fetching(
    consumer: AIOKafkaConsumer, partitions: Collection[TopicPartition]
) -> dict[TopicPartition, int]:
    """The embedded broker answers the plain question from a stale cache; a fetch knows."""
    consumer.assign(list(partitions))
    while any(consumer.highwater(partition) is None for partition in partitions):
        await consumer.getmany(timeout_ms=20)
    return {partition: int(consumer.highwater(partition)) for partition in partitions}
