"""How far behind each consumer group is."""

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from viva.contracts.catalogue import catalogue
from viva.platform.messaging.connection import client_options
from viva.platform.messaging.topics import admin_client
from viva.platform.settings import PlatformSettings


async def consumer_lag(settings: PlatformSettings) -> dict[str, int]:
    """Counts the records that each group has not committed yet.

    Raises:
        TransientError: the broker is away.
    """
    topics_of: dict[str, list[TopicPartition]] = {}
    for topic in catalogue():
        partitions = [
            TopicPartition(settings.topic_prefix + topic.name, number)
            for number in range(topic.partitions)
        ]
        for group in topic.groups:
            topics_of.setdefault(group, []).extend(partitions)
    everything = sorted({partition for part in topics_of.values() for partition in part})
    consumer = AIOKafkaConsumer(**client_options(settings))
    await consumer.start()
    try:
        ends = await consumer.end_offsets(everything)
    finally:
        await consumer.stop()
    async with admin_client(settings) as admin:
        return {
            group: await _lag(admin, settings.topic_prefix + group, partitions, ends)
            for group, partitions in sorted(topics_of.items())
        }


async def _lag(
    admin: AIOKafkaAdminClient,
    group: str,
    partitions: list[TopicPartition],
    ends: dict[TopicPartition, int],
) -> int:
    committed = await admin.list_consumer_group_offsets(group, partitions=partitions)
    return sum(
        max(0, ends.get(partition, 0) - max(0, committed[partition].offset))
        for partition in partitions
        if partition in committed
    )
