"""Nodes: a service's database, relay and consumer group, as many as a test wants."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer
from sqlalchemy import text

from viva.platform.clock import SystemClock
from viva.platform.db import Database
from viva.platform.health import Health
from viva.platform.messaging import Messaging
from viva.platform.messaging.connection import client_options
from viva.platform.messaging.topics import apply_topics
from viva.platform.settings import PlatformSettings
from viva.testkit.fixtures import RunningBroker, settings_for


@dataclass
class Node:
    """One running replica of a made-up service under a real service's name."""

    settings: PlatformSettings
    health: Health
    messaging: Messaging
    database: Database | None

    async def start(self) -> None:
        if self.database:
            await self.database.start()
        await self.messaging.sending.start()
        await self.messaging.start()

    async def stop(self) -> None:
        await self.messaging.stop()
        await self.messaging.sending.stop()
        if self.database:
            await self.database.stop()


NodeFactory = Callable[..., Awaitable[Node]]


@pytest_asyncio.fixture
async def settings(
    database_url: str, any_broker: RunningBroker, tmp_path: Path
) -> PlatformSettings:
    """Settings on each kind of broker in turn."""
    settings = settings_for(database_url, any_broker, tmp_path)
    await apply_topics(settings)
    return settings


@pytest_asyncio.fixture
async def node() -> AsyncIterator[NodeFactory]:
    """Starts nodes; all are stopped at the end."""
    nodes: list[Node] = []

    async def start(
        name: str,
        settings: PlatformSettings,
        wire: Callable[[Messaging], None] = lambda _: None,
        *,
        tables: bool = True,
    ) -> Node:
        health = Health(name, SystemClock())
        database = Database(settings.require("database_url"), name) if tables else None
        messaging = Messaging(name, settings, health, database, clock=SystemClock())
        wire(messaging)
        made = Node(settings, health, messaging, database)
        nodes.append(made)
        await made.start()
        return made

    yield start
    for made in reversed(nodes):
        await made.stop()


@pytest.fixture
def until() -> Callable[..., Awaitable[None]]:
    """Polls a condition until it holds; fails after a deadline."""

    async def wait(condition: Callable[[], Any], timeout_s: float = 60, what: str = "") -> None:
        deadline = time.monotonic() + timeout_s
        while True:
            result = condition()
            if asyncio.iscoroutine(result):
                result = await result
            if result:
                return
            assert time.monotonic() < deadline, f"still not: {what or condition}"
            await asyncio.sleep(0.02)

    return wait


@pytest.fixture
def tail() -> Callable[..., Any]:
    """Opens a plain consumer from the beginning of a topic."""

    @asynccontextmanager
    async def open_tail(settings: PlatformSettings, topic: str) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = AIOKafkaConsumer(
            settings.topic_prefix + topic, auto_offset_reset="earliest", **client_options(settings)
        )
        await consumer.start()
        try:
            yield consumer
        finally:
            await consumer.stop()

    return open_tail


@pytest.fixture
def rows() -> Callable[..., Awaitable[list[Any]]]:
    """Runs a query in a node's schema."""

    async def query(node: Node, sql: str, **values: Any) -> list[Any]:
        assert node.database
        async with node.database.engine.begin() as connection:
            result = await connection.execute(text(sql), values)
            return list(result.all()) if result.returns_rows else []

    return query
