"""How many partitions: the setting, what reads by it, and the runbook that raises them."""

import asyncio
import os
import re
import subprocess
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from viva.contracts.catalogue import catalogue, topic_of
from viva.contracts.gateway.events.v1 import events_pb2 as gateway_events
from viva.platform.local.lag import consumer_lag
from viva.platform.messaging.history import history
from viva.platform.messaging.topics import admin_client, apply_topics, verify_topics
from viva.platform.settings import PlatformSettings, SettingsError, load
from viva.testkit.events import Events
from viva.testkit.fixtures import RunningBroker, settings_for

Requested = gateway_events.InterviewCancelRequested
ROOT = Path(__file__).parents[3]
RUNBOOK = "deploy/docs/runbooks/partitions.md"
KEYS = [f"iv_{number}" for number in range(24)]


def of(settings: PlatformSettings, partitions: int) -> PlatformSettings:
    return settings.model_copy(update={"topic_partitions": partitions})


async def test_the_setting_counts_for_topics_and_not_for_dead_letters(
    database_url: str, any_broker: RunningBroker, tmp_path: Path
) -> None:
    plain = settings_for(database_url, any_broker, tmp_path)
    wide = of(plain, 24)
    await apply_topics(wide)
    assert await verify_topics(wide) == []
    async with admin_client(wide) as admin:
        described = await admin.describe_topics()
    counts = {
        entry["topic"].removeprefix(plain.topic_prefix): len(entry["partitions"])
        for entry in described
        if entry["topic"].startswith(plain.topic_prefix)
    }
    letters = {topic.dead_letters(group) for topic in catalogue() for group in topic.groups}
    ours = {topic.name for topic in catalogue()}
    assert counts == dict.fromkeys(ours, 24) | dict.fromkeys(letters, 1)

    said = await verify_topics(plain)
    assert len(said) == len(ours)
    assert "has 24 partitions, the catalogue says 12; set VIVA_TOPIC_PARTITIONS to 24" in said[0]


async def test_a_topic_that_is_there_is_never_raised(
    database_url: str, any_broker: RunningBroker, tmp_path: Path
) -> None:
    plain = settings_for(database_url, any_broker, tmp_path)
    await apply_topics(plain)
    assert await apply_topics(of(plain, 48)) == []
    said = await verify_topics(of(plain, 48))
    assert len(said) == len(list(catalogue()))
    assert f"12 partitions, VIVA_TOPIC_PARTITIONS says 48; raise them as {RUNBOOK} says" in said[0]
    assert (ROOT / RUNBOOK).exists()
    assert await verify_topics(plain) == []


async def test_history_and_lag_find_what_lies_beyond_the_catalogues_number(
    database_url: str, any_broker: RunningBroker, tmp_path: Path
) -> None:
    settings = of(settings_for(database_url, any_broker, tmp_path), 24)
    await apply_topics(settings)
    async with Events(settings) as events:
        for key in KEYS:
            await events.publish(Requested(), key)
    found = [record for key in KEYS for record in await past(settings, key)]
    assert [record.key.decode() for record in found] == KEYS
    assert {record.partition for record in found} - set(range(12)), "some lie beyond"
    assert (await consumer_lag(settings))["viva.session"] == len(KEYS)


@pytest.mark.kafka
async def test_the_runbook_raises_them_and_keys_keep_their_order(
    database_url: str, apache_kafka: RunningBroker, tmp_path: Path, node, until
) -> None:
    """Its own commands: what is left, and the change."""
    settings = settings_for(database_url, apache_kafka, tmp_path)
    await apply_topics(settings)
    left, change = (
        block
        for block in re.findall(r"```sh\n(.*?)```", (ROOT / RUNBOOK).read_text(), re.DOTALL)
        if "kafka-" in block
    )
    seen: dict[str, list[int]] = defaultdict(list)

    async def handle(event, unit) -> None:
        seen[event.interview_id].append(event.sequence)

    def wire(messaging) -> None:
        messaging.on(Requested, handle)

    async def order(gateway) -> None:
        for _ in range(3):
            async with gateway.database.unit_of_work() as unit:
                for key in KEYS:
                    unit.emit(Requested(), interview_id=key)

    async def handled(each: int) -> None:
        await until(lambda: sum(map(len, seen.values())) == each * len(KEYS), 90)

    gateway = await node("gateway", settings)
    session = await node("session", settings, wire)
    await order(gateway)
    await handled(3)
    await session.stop()
    await order(gateway)
    await until(lambda: _lines(left, settings, "viva.session"), 60, "told what is left")

    session = await node("session", settings, wire)
    await handled(6)
    await session.stop()
    await gateway.stop()
    assert not await _lines(left, settings, "viva.session")

    await _run(change.replace("--partitions 48", "--partitions 24"), settings)
    raised = of(settings, 24)
    assert await verify_topics(raised) == []
    gateway = await node("gateway", raised)
    await node("session", raised, wire)
    await order(gateway)
    await handled(9)
    assert seen == {key: list(range(1, 10)) for key in KEYS}
    found = {key: await past(raised, key) for key in KEYS}
    assert {len(records) for records in found.values()} == {9}
    assert any(len({record.partition for record in records}) == 2 for records in found.values())


def test_nothing_means_the_catalogues_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVA_TOPIC_PARTITIONS", "")
    assert load(PlatformSettings).topic_partitions is None
    monkeypatch.setenv("VIVA_TOPIC_PARTITIONS", "48")
    assert load(PlatformSettings).topic_partitions == 48
    monkeypatch.setenv("VIVA_TOPIC_PARTITIONS", "0")
    with pytest.raises(SettingsError, match="VIVA_TOPIC_PARTITIONS"):
        load(PlatformSettings)


async def past(settings: PlatformSettings, key: str) -> list:
    since = datetime.now(UTC) - timedelta(minutes=10)
    return await history(settings, [topic_of(Requested)], key, since)


async def _lines(command: str, settings: PlatformSettings, group: str) -> list[str]:
    own = settings.topic_prefix + group
    return [line for line in (await _run(command, settings)).splitlines() if line.startswith(own)]


async def _run(command: str, settings: PlatformSettings) -> str:
    """As somebody with Kafka's tools would."""
    environment = {
        **os.environ,
        "PATH": f"{os.environ['KAFKA_HOME']}/bin:{os.environ['PATH']}",
        "BOOTSTRAP": settings.require("kafka_bootstrap"),
        "PREFIX": settings.topic_prefix,
    }
    done = await asyncio.to_thread(
        subprocess.run,
        ["bash", "-euo", "pipefail", "-c", command],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
