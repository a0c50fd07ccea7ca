"""How far a group is behind, by the partitions that this member has."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from opentelemetry.metrics import Observation

from viva.platform.instruments import Gauge

_EVERY_S = 5.0
_ASK_LIMIT_S = 10.0
_records = Gauge(
    "viva.consumer.lag", "{record}", "Records of a partition that its group has not handled yet."
)
_seconds = Gauge("viva.consumer.lag.time", "s", "Age of the oldest record that is not handled yet.")


class Backlog(Protocol):
    """What is known of an assigned partition here.

    Attributes:
        oldest_ms: when the oldest record at hand was written, in ms since 1970.
        handled: the offset after the last record that was handled.
    """

    @property
    def oldest_ms(self) -> int | None:
        """See above."""
        ...

    @property
    def handled(self) -> int | None:
        """See above."""
        ...


@dataclass
class _Reading:
    records: int
    oldest_s: float | None
    behind_since: float | None = field(default=None)


class Lag:
    """Measures the lag of one member of a group every few seconds.

    Args:
        strip_prefix: takes the prefix setting off a topic's name.
        fetched_only: the broker tells the end of a partition only with records.
    """

    def __init__(
        self, group: str, strip_prefix: Callable[[str], str], *, fetched_only: bool
    ) -> None:
        self._group = group
        self._strip_prefix = strip_prefix
        self._fetched_only = fetched_only
        self._committed: dict[TopicPartition, int] = {}
        self._readings: dict[TopicPartition, _Reading] = {}
        self._removers = [
            _records.add(lambda: [Observation(r.records, a) for a, r in self._labelled()]),
            _seconds.add(lambda: [Observation(_age_s(r), a) for a, r in self._labelled()]),
        ]

    async def watch(
        self,
        consumer: Callable[[], AIOKafkaConsumer | None],
        backlogs: Callable[[], Mapping[TopicPartition, Backlog]],
    ) -> None:
        """Measures until it is cancelled."""
        try:
            while True:
                await asyncio.sleep(_EVERY_S)
                asked = consumer()
                if asked is not None:
                    await self._measure(asked, backlogs())
        finally:
            for remove in self._removers:
                remove()

    async def _measure(
        self, consumer: AIOKafkaConsumer, backlogs: Mapping[TopicPartition, Backlog]
    ) -> None:
        try:
            async with asyncio.timeout(_ASK_LIMIT_S):
                ends = await self._ends(consumer, list(backlogs))
                for partition in backlogs.keys() - self._committed.keys():
                    self._committed[partition] = await consumer.committed(partition) or 0
        except (KafkaError, IllegalStateError, TimeoutError):
            ends = {}  # the ages go on growing; that is true as well
        earlier = self._readings
        self._committed = {p: n for p, n in self._committed.items() if p in backlogs}
        self._readings = {
            partition: self._reading(partition, backlog, ends.get(partition), earlier)
            for partition, backlog in backlogs.items()
            if partition in self._committed
        }

    async def _ends(
        self, consumer: AIOKafkaConsumer, partitions: list[TopicPartition]
    ) -> dict[TopicPartition, int]:
        if self._fetched_only:
            found = {partition: consumer.highwater(partition) for partition in partitions}
            return {partition: end for partition, end in found.items() if end is not None}
        return dict(await consumer.end_offsets(partitions)) if partitions else {}

    def _reading(
        self,
        partition: TopicPartition,
        backlog: Backlog,
        end: int | None,
        earlier: Mapping[TopicPartition, _Reading],
    ) -> _Reading:
        before = earlier.get(partition)
        done = max(backlog.handled or 0, self._committed[partition])
        known = before.records if before else 0
        records = known if end is None else max(0, end - done)
        if records == 0:
            return _Reading(0, None)
        since = before.behind_since if before else None
        oldest_s = None if backlog.oldest_ms is None else backlog.oldest_ms / 1000
        return _Reading(records, oldest_s, since or time.time())

    def _labelled(self) -> list[tuple[dict[str, str], _Reading]]:
        return [
            (
                {
                    "messaging.consumer.group.name": self._group,
                    "messaging.destination.name": self._strip_prefix(partition.topic),
                    "messaging.destination.partition.id": str(partition.partition),
                },
                reading,
            )
            for partition, reading in self._readings.items()
        ]


def _age_s(reading: _Reading) -> float:
    """By the record's own time; where none is at hand yet, since it was seen to be behind."""
    begun = reading.oldest_s if reading.oldest_s is not None else reading.behind_since
    return max(0.0, time.time() - begun) if begun is not None else 0.0
