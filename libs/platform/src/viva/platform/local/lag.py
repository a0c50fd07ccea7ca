"""How far behind each consumer group is."""

from aiokafka import TopicPartition

from viva.contracts.catalogue import catalogue
from viva.platform.messaging.offsets import committed_offsets, end_offsets
from viva.platform.messaging.topics import partitions_of
from viva.platform.settings import PlatformSettings


async def consumer_lag(settings: PlatformSettings) -> dict[str, int]:
    """Counts the records that each group has not committed yet.

    Raises:
        TransientError: the broker is away.
    """
    read_by: dict[str, list[TopicPartition]] = {}
    for topic in catalogue():
        name = settings.topic_prefix + topic.name
        for group in topic.groups:
            numbers = range(partitions_of(topic, settings))
            read_by.setdefault(group, []).extend(TopicPartition(name, x) for x in numbers)
    ends = await end_offsets(settings, {tp for partitions in read_by.values() for tp in partitions})
    lags = {}
    for group, partitions in sorted(read_by.items()):
        done = await committed_offsets(settings, group, partitions)
        lags[group] = sum(max(0, ends[tp] - done.get(tp, 0)) for tp in partitions)
    return lags
