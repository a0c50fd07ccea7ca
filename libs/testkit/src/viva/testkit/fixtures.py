"""Pytest fixtures: a real PostgreSQL, a real broker, objects, settings that name them.

The servers start once a session; each test has a database and a topic prefix of its own. With
`KAFKA_HOME` set, tests that ask for `any_broker` run again on Apache Kafka, marked `kafka`.
"""

import asyncio
import os
import secrets
import shutil
import signal
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from viva.platform.db.connection import connect
from viva.platform.embedded.broker import EmbeddedBroker
from viva.platform.embedded.postgres import EmbeddedPostgres
from viva.platform.messaging.topics import apply_topics
from viva.platform.objects import Objects
from viva.platform.settings import PlatformSettings
from viva.testkit.clock import FakeClock
from viva.testkit.kafka import KafkaNode


@dataclass(frozen=True)
class RunningBroker:
    """A broker that tests may use.

    Attributes:
        embedded: it is the small one that keeps all in memory.
        pid: of its process, to be frozen or killed.
    """

    bootstrap: str
    embedded: bool
    pid: int = 0


def pytest_configure(config: pytest.Config) -> None:
    """Declares the markers; has SIGTERM end a run like Ctrl-C, so that servers are stopped."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    config.addinivalue_line("markers", "real_time: calls with sound; run beside nothing heavier")
    config.addinivalue_line("markers", "settling: real time, not yet steady beside other work")
    config.addinivalue_line("markers", "kafka: needs Apache Kafka; runs where KAFKA_HOME is set")


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The session's PostgreSQL server."""
    folder = Path(tempfile.mkdtemp(prefix="viva-pg-"))
    server = EmbeddedPostgres(folder / "data")
    asyncio.run(_start_in_a_hurry(server))
    yield server
    os.kill(server.pid or 0, signal.SIGQUIT)  # nothing is worth a checkpoint
    asyncio.run(server.stop())
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def embedded_broker() -> Iterator[RunningBroker]:
    """The session's embedded broker."""
    broker = EmbeddedBroker()
    asyncio.run(broker.start())
    yield RunningBroker(broker.bootstrap, embedded=True, pid=broker.pid or 0)
    asyncio.run(broker.stop())


@pytest.fixture(scope="session")
def apache_kafka() -> Iterator[RunningBroker]:
    """The session's Apache Kafka node; skips where KAFKA_HOME is not set."""
    home = os.environ.get("KAFKA_HOME")
    if not home:
        pytest.skip("KAFKA_HOME is not set")
    folder = tempfile.mkdtemp(prefix="viva-kafka-")
    node = KafkaNode(Path(home), Path(folder))
    try:
        node.start()
        yield RunningBroker(node.bootstrap, embedded=False, pid=node.pid or 0)
    finally:
        node.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def broker(embedded_broker: RunningBroker) -> RunningBroker:
    """The broker that most tests run on."""
    return embedded_broker


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def any_broker(request: pytest.FixtureRequest) -> RunningBroker:
    """Each kind of broker in turn."""
    name = "apache_kafka" if request.param == "kafka" else "embedded_broker"
    found: RunningBroker = request.getfixturevalue(name)
    return found


@pytest_asyncio.fixture
async def database_url(postgres: EmbeddedPostgres) -> str:
    """A fresh, empty database."""
    return await postgres.create_database(f"test_{secrets.token_hex(6)}")


@pytest_asyncio.fixture
async def objects(tmp_path: Path) -> AsyncIterator[Objects]:
    """An empty object store."""
    store = Objects((tmp_path / "objects").as_uri())
    await store.start()
    yield store
    await store.stop()


@pytest.fixture
def clock() -> FakeClock:
    """A clock that the test turns by hand."""
    return FakeClock()


@pytest_asyncio.fixture
async def platform_settings(
    database_url: str, broker: RunningBroker, tmp_path: Path
) -> PlatformSettings:
    """Settings that name the fresh database, fresh topics on the broker, an empty object store."""
    settings = settings_for(database_url, broker, tmp_path)
    await apply_topics(settings)
    return settings


async def _start_in_a_hurry(server: EmbeddedPostgres) -> None:
    """Starts a server whose data need not survive the machine."""
    await server.start()
    connection = await connect(server.url("postgres"))
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        await connection.execute(f"ALTER SYSTEM SET {setting} = off")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


def settings_for(database_url: str, broker: RunningBroker, folder: Path) -> PlatformSettings:
    """Settings for a test; the topics are still to be made."""
    return PlatformSettings.model_validate(
        {
            "kafka_bootstrap": broker.bootstrap,
            "kafka_idempotence": not broker.embedded,
            "kafka_embedded": broker.embedded,
            "kafka_session_timeout_ms": 2000 if broker.embedded else 6000,
            "topic_prefix": f"t{secrets.token_hex(4)}.",
            "database_url": database_url,
            "objects_url": (folder / "objects").as_uri(),
            "log_format": "console",
        }
    )
