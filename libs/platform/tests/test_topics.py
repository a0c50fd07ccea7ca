"""Topics from the catalogue, on each kind of broker; lag; a broker that forgets."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from aiokafka.admin import NewTopic
from typer.testing import CliRunner

from viva.contracts.catalogue import catalogue
from viva.contracts.gateway.events.v1 import events_pb2 as gateway_events
from viva.platform.cli import topics as topics_command
from viva.platform.db.connection import connect
from viva.platform.embedded.broker import EmbeddedBroker, listening
from viva.platform.health import Health
from viva.platform.local.lag import consumer_lag
from viva.platform.messaging.circuit import Circuit
from viva.platform.messaging.pruning import Pruning, requeue_unsettled
from viva.platform.messaging.topics import admin_client, apply_topics, verify_topics
from viva.platform.messaging.topics_watch import TopicsWatch
from viva.testkit.clock import FakeClock
from viva.testkit.fixtures import RunningBroker, settings_for

Requested = gateway_events.InterviewCancelRequested


async def test_topics_are_made_once_and_compared(
    database_url: str, any_broker: RunningBroker, tmp_path: Path
) -> None:
    settings = settings_for(database_url, any_broker, tmp_path)
    assert len(await verify_topics(settings)) == sum(1 + len(x.groups) for x in catalogue())
    made = await apply_topics(settings)
    assert f"{settings.topic_prefix}interview.results.v1.viva.notification.dlq" in made
    assert await apply_topics(settings) == []
    assert await verify_topics(settings) == []


async def test_apply_never_changes_a_topic_and_says_when_one_differs(
    database_url: str,
    any_broker: RunningBroker,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = settings_for(database_url, any_broker, tmp_path)
    name = f"{settings.topic_prefix}{next(iter(catalogue())).name}"
    async with admin_client(settings) as admin:
        await admin.create_topics([NewTopic(name, 3, 1)])
    monkeypatch.setattr(topics_command, "current_settings", lambda: settings)
    said = await asyncio.to_thread(CliRunner().invoke, topics_command.app, ["apply"])
    assert said.exit_code == 1
    assert f"{name}: has 3 partitions, the catalogue says 12" in said.output
    assert [line.split(":")[0] for line in await verify_topics(settings)] == [name]


async def test_a_service_says_which_of_its_topics_differ(
    database_url: str, broker: RunningBroker, tmp_path: Path, until
) -> None:
    settings = settings_for(database_url, broker, tmp_path)
    health = Health("session", FakeClock())
    watch = TopicsWatch(settings, health, {"interview.results.v1"})
    await watch.start()
    await until(lambda: health.degraded.get("topics"))
    name = f"{settings.topic_prefix}interview.results.v1"
    assert health.degraded == {"topics": f"{name}: missing; `viva topics apply` makes it"}
    await watch.stop()
    await apply_topics(settings)
    await watch.start()
    await until(lambda: not health.degraded)
    await watch.stop()


async def test_lag_is_what_a_group_has_not_committed(settings, node, until) -> None:
    gateway = await node("gateway", settings)
    for number in range(5):
        async with gateway.database.unit_of_work() as unit:
            unit.emit(Requested(), interview_id=f"iv_{number}")

    async def lag_of(group: str, count: int) -> bool:
        return (await consumer_lag(settings))[group] == count

    await until(lambda: lag_of("viva.session", 5))

    async def handle(event, unit) -> None:
        pass

    await node("session", settings, lambda messaging: messaging.on(Requested, handle))
    await until(lambda: lag_of("viva.session", 0))
    assert await lag_of("viva.notification", 5)


async def test_a_broker_that_forgot_gets_the_events_of_unfinished_interviews_again(
    database_url: str, tmp_path: Path, node, until
) -> None:
    broker = EmbeddedBroker()
    await broker.start()
    running = RunningBroker(broker.bootstrap, embedded=True)
    settings = settings_for(database_url, running, tmp_path)
    await apply_topics(settings)
    seen: Counter[str] = Counter()
    effects: Counter[str] = Counter()

    async def handle(event, unit) -> None:
        effects[event.id] += 1

    gateway = await node("gateway", settings)
    session = await node("session", settings, lambda messaging: messaging.on(Requested, handle))
    processing = session.messaging._processing

    async def counting(record) -> None:
        seen[dict(record.headers)["ce_id"].decode()] += 1
        await type(processing).__call__(processing, record)

    session.messaging._consumer._process = counting
    for lane in session.messaging._consumer._lanes.values():
        lane._process = counting
    for name in ("iv_open", "iv_over"):
        async with gateway.database.unit_of_work() as unit:
            unit.emit(Requested(), interview_id=name, event_id=f"evt_{name}")
    await until(lambda: len(effects) == 2)
    async with gateway.database.unit_of_work() as unit:
        unit.settle("iv_over")
        unit.emit(Requested(), interview_id="iv_over", event_id="evt_last")
    await until(lambda: len(effects) == 3)

    await broker.stop()
    assert not await listening("127.0.0.1", int(broker.bootstrap.rpartition(":")[2]))
    connection = await connect(database_url, "gateway")
    assert await requeue_unsettled(connection, "gateway") == 2
    await connection.close()
    await broker.start()
    await apply_topics(settings)
    await until(lambda: seen == {"evt_iv_open": 2, "evt_iv_over": 1, "evt_last": 2}, 90)
    assert set(effects.values()) == {1}
    await session.stop()
    await gateway.stop()
    await broker.stop()


async def test_old_rows_are_pruned_and_young_ones_stay(settings, node, rows) -> None:
    made = await node("gateway", settings)
    for age in (1, 100):
        await rows(
            made,
            "INSERT INTO outbox (event_id, topic, event_type, source, aggregate_id, sequence, "
            "bucket, content_type, payload, published_at) VALUES (:id, 't', 'e', 's', 'a', 1, 0, "
            "'c', '', now() - make_interval(hours => :age))",
            id=f"evt_{age}",
            age=age,
        )
        await rows(
            made,
            "INSERT INTO inbox VALUES ('c', :id, now() - make_interval(hours => :age))",
            id=f"evt_{age}",
            age=age,
        )
    connection = await connect(settings.require("database_url"), "gateway")
    await Pruning(outbox_hours=50, inbox_hours=50).run_when_due(connection)
    await connection.close()
    assert await rows(made, "SELECT event_id FROM outbox") == [("evt_1",)]
    assert await rows(made, "SELECT message_id FROM inbox") == [("evt_1",)]


async def test_a_circuit_opens_after_many_in_a_row_lets_one_through_and_closes() -> None:
    health = Health("example", FakeClock())
    circuit = Circuit(health, limit=3, rest_s=0.05)
    for _ in range(2):
        circuit.failed("t")
    await asyncio.wait_for(circuit.closed("t"), 0.01)
    circuit.failed("t")
    assert health.degraded == {"circuit t": "too many dead letters in a row"}
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(circuit.closed("t"), 0.02)
    await asyncio.wait_for(circuit.closed("t"), 60)
    await circuit.closed("another")
    circuit.succeeded("t")
    assert health.degraded == {}
    await asyncio.wait_for(circuit.closed("t"), 0.01)
