"""Topics on the broker, as the catalogue says they are."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from viva.contracts.catalogue import Topic, catalogue
from viva.platform.backoff import Backoff
from viva.platform.errors import TransientError
from viva.platform.messaging.connection import client_options
from viva.platform.messaging.refusal import check_refused
from viva.platform.settings import PlatformSettings

_START_LIMIT_S = 60.0
_EXISTS = 36  # error code of the protocol
_RUNBOOK = "deploy/docs/runbooks/partitions.md"


@dataclass(frozen=True)
class WantedTopic:
    """One topic that must be there.

    Attributes:
        by: who says how many partitions.
    """

    name: str
    partitions: int
    config: dict[str, str]
    by: str = "the catalogue"


def wanted_topics(settings: PlatformSettings) -> list[WantedTopic]:
    """The catalogue's topics and each group's dead letters."""
    return [wanted for topic in catalogue() for wanted in _with_dead_letters(topic, settings)]


def partitions_of(topic: Topic, settings: PlatformSettings) -> int:
    """How many partitions a topic of the catalogue has in this installation."""
    return settings.topic_partitions or topic.partitions


async def apply_topics(settings: PlatformSettings) -> list[str]:
    """Makes the topics that are missing; never changes those that are there.

    Returns:
        The names of those that it made.

    Raises:
        TransientError: the broker was away for a minute, or refused a topic.
    """
    async with admin_client(settings) as admin:
        there = set(await admin.list_topics())
        missing = [wanted for wanted in wanted_topics(settings) if wanted.name not in there]
        if not missing:
            return []
        response = await admin.create_topics(
            [_new_topic(wanted, embedded=settings.kafka_embedded) for wanted in missing]
        )
        made = []
        for name, code, *_ in response.topic_errors:
            if code not in {0, _EXISTS}:
                raise TransientError(
                    f"topic {name} was refused: error {code}", code="topic_refused"
                )
            if code == 0:
                made.append(name)
        await _shown(admin, {wanted.name for wanted in missing})
    return made


async def _shown(admin: AIOKafkaAdminClient, names: set[str]) -> None:
    """Waits until the broker that was asked names topics that the controller has just made."""
    deadline, backoff = time.monotonic() + _START_LIMIT_S, Backoff(0.05, 1.0)
    while absent := names - set(await admin.list_topics()):
        if time.monotonic() > deadline:
            raise TransientError(f"topics were made, but do not show: {sorted(absent)}")
        await asyncio.sleep(backoff.next_s())


async def verify_topics(
    settings: PlatformSettings, names: Collection[str] | None = None
) -> list[str]:
    """Compares the broker with the catalogue; tells the differences, one line each.

    Args:
        names: of the catalogue's topics to look at, with no prefix; all and their dead letters if
            None.
    """
    prefix = settings.topic_prefix
    every = wanted_topics(settings)
    ours = [x for x in every if names is None or x.name.removeprefix(prefix) in names]
    async with admin_client(settings) as admin:
        described = await admin.describe_topics()
    partitions = {entry["topic"]: len(entry["partitions"]) for entry in described}
    differences = []
    for wanted in ours:
        count = partitions.get(wanted.name)
        if count is None:
            differences.append(f"{wanted.name}: missing; `viva topics apply` makes it")
        elif count != wanted.partitions:
            differences.append(_difference(wanted, count))
    return differences


@asynccontextmanager
async def admin_client(settings: PlatformSettings) -> AsyncIterator[AIOKafkaAdminClient]:
    """An admin client, closed at the end.

    Raises:
        TransientError: the broker was away for a minute, or does not let us in.
    """
    deadline, backoff = time.monotonic() + _START_LIMIT_S, Backoff()
    while True:
        admin = AIOKafkaAdminClient(**client_options(settings))
        try:
            await admin.start()
            break
        except KafkaError as error:
            await admin.close()
            if time.monotonic() > deadline:
                raise TransientError("the broker is away", code="broker_away") from error
            await check_refused(settings)
            await asyncio.sleep(backoff.next_s())
    try:
        yield admin
    finally:
        await admin.close()


def _difference(wanted: WantedTopic, count: int) -> str:
    says = f"{wanted.name}: has {count} partitions, {wanted.by} says {wanted.partitions}"
    if count < wanted.partitions:
        return f"{says}; raise them as {_RUNBOOK} says"
    if wanted.name.endswith(".dlq"):
        return f"{says}; delete it while it is empty"
    return f"{says}; set VIVA_TOPIC_PARTITIONS to {count}, or delete it while it is empty"


def _new_topic(wanted: WantedTopic, *, embedded: bool) -> NewTopic:
    if embedded:
        return NewTopic(wanted.name, wanted.partitions, 1, topic_configs=wanted.config)
    # -1 is the broker's own default replication; the client wants an empty assignment beside it.
    return NewTopic(wanted.name, wanted.partitions, -1, {}, topic_configs=wanted.config)


def _with_dead_letters(topic: Topic, settings: PlatformSettings) -> list[WantedTopic]:
    prefix, count = settings.topic_prefix, partitions_of(topic, settings)
    retention = {"retention.ms": str(topic.dead_letter_retention_ms)}
    by = "the catalogue" if count == topic.partitions else "VIVA_TOPIC_PARTITIONS"
    own = WantedTopic(prefix + topic.name, count, topic.config, by)
    return [
        own,
        *(WantedTopic(prefix + topic.dead_letters(group), 1, retention) for group in topic.groups),
    ]
