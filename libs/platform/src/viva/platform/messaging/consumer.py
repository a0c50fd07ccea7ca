"""Consuming: FastStream reads, lanes process, offsets are committed after the effect."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaMessage

from viva.platform.backoff import Backoff
from viva.platform.errors import TransientError
from viva.platform.log import get_logger
from viva.platform.messaging.connection import REBALANCE_WAIT_S, broker_options, group_options
from viva.platform.messaging.event import Record
from viva.platform.messaging.lag import Lag
from viva.platform.messaging.lane import Lane
from viva.platform.messaging.producer import START_LIMIT_S
from viva.platform.messaging.refusal import check_refused
from viva.platform.settings import PlatformSettings

_log = get_logger(__name__)
_STOP_WAIT_S = 8.0


class Consumer(ConsumerRebalanceListener):  # type: ignore[misc]
    """One member of a consumer group.

    FastStream's loop takes records off the broker and hands each to its partition's lane. Offsets
    are committed by partition, after the effect, from one place; a partition that is taken away
    waits for the record that is being handled.
    """

    def __init__(
        self,
        settings: PlatformSettings,
        group: str,
        topics: Sequence[str],
        process: Callable[[Record], Awaitable[None]],
    ) -> None:
        self._settings = settings
        # With the prefix: two sets of topics on one broker are two sets of groups.
        self._group = settings.topic_prefix + group
        self._topics = [settings.topic_prefix + topic for topic in topics]
        self._process = process
        self._broker: KafkaBroker | None = None
        self._consumer: AIOKafkaConsumer | None = None
        self._lanes: dict[TopicPartition, Lane] = {}
        self._done: dict[TopicPartition, int] = {}
        self._to_commit = asyncio.Event()
        self._committing: asyncio.Task[None] | None = None
        self._lag_of = group
        self._watching: asyncio.Task[None] | None = None
        self._commit_lock = asyncio.Lock()

    async def start(self) -> None:
        """Joins the group.

        Raises:
            TransientError: the broker was away for a minute, or does not let us in.
        """
        deadline, backoff = time.monotonic() + START_LIMIT_S, Backoff()
        while True:
            broker = self._subscribed()
            try:
                await broker.start()
            except KafkaError as error:
                await broker.stop()
                if time.monotonic() > deadline:
                    raise TransientError("the broker is away", code="broker_away") from error
                await check_refused(self._settings)
                _log.warning("broker_away", error=type(error).__name__)
                await asyncio.sleep(backoff.next_s())
            else:
                self._broker = broker
                self._committing = asyncio.create_task(self._commit_loop())
                self._watching = asyncio.create_task(self._watch_lag())
                return

    async def stop(self) -> None:
        """Lets the running records end, commits, leaves the group."""
        broker, self._broker = self._broker, None
        if broker is None:
            return
        await self._close_lanes(list(self._lanes), _STOP_WAIT_S)
        for task in (self._committing, self._watching):
            if task:
                task.cancel()
        self._consumer = None
        await broker.stop()

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Opens a lane for each partition."""
        for partition in assigned:
            self._lanes[partition] = self._lane(partition)

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Finishes what is being handled, so that the next owner does not do it again."""
        await self._close_lanes([p for p in revoked if p in self._lanes], REBALANCE_WAIT_S)

    def pause(self, topic: str, *, paused: bool) -> None:
        """Stops or resumes fetching of a whole topic (without prefix)."""
        name = self._settings.topic_prefix + topic
        for partition in self._lanes:
            if partition.topic == name:
                self._throttle(partition, paused)

    def _subscribed(self) -> KafkaBroker:
        broker = KafkaBroker(
            consumer_only=True,
            allow_auto_create_topics=False,
            apply_types=False,
            logger=None,
            client_id=self._group,
            graceful_timeout=_STOP_WAIT_S,
            **broker_options(self._settings),
        )
        subscriber = broker.subscriber(
            *self._topics,
            group_id=self._group,
            ack_policy=AckPolicy.MANUAL,
            listener=self,
            parser=_as_message,
            decoder=_as_record,
            no_reply=True,
            **group_options(self._settings),
        )

        async def receive(record: Record) -> None:
            self._consumer = subscriber.consumer
            await self._receive(record)

        subscriber(receive)
        return broker

    async def _watch_lag(self) -> None:
        lag = Lag(
            self._lag_of,
            lambda name: name.removeprefix(self._settings.topic_prefix),
            fetched_only=self._settings.kafka_embedded,
        )
        await lag.watch(lambda: self._consumer, lambda: self._lanes)

    async def _receive(self, record: Record) -> None:
        partition = TopicPartition(record.topic, record.partition)
        lane = self._lanes.get(partition)
        if lane is None or self._consumer is None:
            return  # taken away since; not committed, so its next owner gets it
        try:
            position = await self._consumer.position(partition)
        except (IllegalStateError, KafkaError):
            return
        if position == record.offset + 1:  # else fetched before a rebalance, and coming again
            lane.put(record)

    def _lane(self, partition: TopicPartition) -> Lane:
        def done(offset: int) -> None:
            self._done[partition] = offset
            self._to_commit.set()

        return Lane(self._process, done, lambda paused: self._throttle(partition, paused))

    def _throttle(self, partition: TopicPartition, paused: bool) -> None:
        if self._consumer is None or partition not in self._consumer.assignment():
            return
        if paused:
            self._consumer.pause(partition)
        else:
            self._consumer.resume(partition)

    async def _close_lanes(self, partitions: list[TopicPartition], wait_s: float) -> None:
        lanes = [self._lanes.pop(partition) for partition in partitions]
        await asyncio.gather(*(lane.close(wait_s) for lane in lanes))
        await self._commit()

    async def _commit_loop(self) -> None:
        backoff = Backoff()
        while True:
            await self._to_commit.wait()
            self._to_commit.clear()
            if await self._commit():
                backoff.reset()
            else:
                await asyncio.sleep(backoff.next_s())
                self._to_commit.set()

    async def _commit(self) -> bool:
        """Commits what is done; tells whether nothing is left to try again."""
        async with self._commit_lock:
            offsets, self._done = self._done, {}
            if not offsets or self._consumer is None:
                return True
            assigned = self._consumer.assignment()
            current = {tp: offset for tp, offset in offsets.items() if tp in assigned}
            try:
                if current:
                    await self._consumer.commit(current)
            except (CommitFailedError, IllegalStateError):
                # The partitions are another's by now: it repeats the records, the inbox drops them.
                _log.warning("commit_after_rebalance", group=self._group)
            except KafkaError as error:
                _log.warning("commit_failed", group=self._group, error=type(error).__name__)
                self._done = {**offsets, **self._done}
                return False
            return True


async def _as_message(record: Record) -> KafkaMessage:
    """Wraps a record without looking into it: headers that are no text must not stop the loop."""
    return KafkaMessage(raw_message=record, body=record.value or b"", consumer=_NO_ACKS)


async def _as_record(message: KafkaMessage) -> Any:
    return message.raw_message


class _NoAcks:
    """FastStream is never asked to acknowledge."""

    async def commit(self) -> None:
        raise NotImplementedError

    def seek(self, partition: TopicPartition, offset: int) -> None:
        raise NotImplementedError


_NO_ACKS = _NoAcks()
