"""A broker that freezes, a database that drops connections: late, but nothing lost or doubled."""

import asyncio
import os
import signal
from collections import Counter

import pytest
from sqlalchemy import text

from viva.contracts.gateway.events.v1 import events_pb2 as gateway_events
from viva.platform.db import Database, engine
from viva.platform.db.connection import connect
from viva.platform.errors import TransientError

Requested = gateway_events.InterviewCancelRequested


async def emit(node, number: int) -> None:
    async with node.database.unit_of_work() as unit:
        unit.emit(Requested(), interview_id=f"iv_{number % 5}", event_id=f"evt_{number}")


async def test_a_broker_that_freezes_for_some_seconds(settings, any_broker, node, until) -> None:
    effects: Counter[str] = Counter()

    async def handle(event, unit) -> None:
        effects[event.id] += 1

    gateway = await node("gateway", settings)
    await node("session", settings, lambda messaging: messaging.on(Requested, handle))
    for number in range(10):
        await emit(gateway, number)
    os.kill(any_broker.pid, signal.SIGSTOP)
    try:
        for number in range(10, 40):  # callers do not notice
            await emit(gateway, number)
        await asyncio.sleep(4)
    finally:
        os.kill(any_broker.pid, signal.SIGCONT)
    for number in range(40, 50):
        await emit(gateway, number)
    await until(lambda: len(effects) == 50, timeout_s=90)
    assert set(effects.values()) == {1}


async def test_a_database_that_drops_every_connection(platform_settings, node, until) -> None:
    effects: Counter[str] = Counter()

    async def handle(event, unit) -> None:
        effects[event.id] += 1

    gateway = await node("gateway", platform_settings)
    session = await node(
        "session", platform_settings, lambda messaging: messaging.on(Requested, handle)
    )
    admin = await connect(platform_settings.require("database_url"))
    for number in range(30):
        try:
            await emit(gateway, number)
        except TransientError:
            await emit(gateway, number)  # what a caller does with a 503
        if number % 10 == 5:
            await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    await until(lambda: len(effects) == 30)
    await until(lambda: not session.health.degraded and not gateway.health.degraded)
    await admin.close()


async def test_who_freezes_in_a_transaction_holds_nobody_up(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "IDLE_MS", 1_000)
    frozen, other = (Database(database_url, "session") for _ in range(2))
    await frozen.start()
    await other.start()
    own = text("UPDATE row SET epoch = epoch + 1 RETURNING epoch")
    async with other.unit_of_work() as unit:
        await unit.session.execute(text("CREATE TABLE row AS SELECT 1 AS epoch"))

    async def freeze() -> None:
        async with frozen.unit_of_work() as unit:
            assert await unit.session.scalar(own) == 2
            async with asyncio.timeout(10), other.unit_of_work() as taking:
                assert await taking.session.scalar(own) == 2  # what was not committed is gone

    with pytest.raises(TransientError):
        await freeze()
    async with frozen.unit_of_work() as unit:
        assert await unit.session.scalar(own) == 3
    await frozen.stop()
    await other.stop()
