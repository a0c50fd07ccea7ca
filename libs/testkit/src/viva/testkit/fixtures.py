"""Pytest fixtures: a real PostgreSQL, a real broker, objects, settings that name them.

The servers start once a session; each test has a database and a topic prefix of its own. With
`KAFKA_HOME` set, tests that ask for `any_broker` run again on Apache Kafka, marked `kafka`.
"""

import asyncio
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from viva.platform.embedded.broker import EmbeddedBroker, free_port
from viva.platform.embedded.postgres import EmbeddedPostgres
from viva.platform.messaging.topics import admin_client, apply_topics
from viva.platform.objects import Objects
from viva.platform.settings import PlatformSettings
from viva.testkit.clock import FakeClock


@dataclass(frozen=True)
class RunningBroker:
    """A broker that tests may use.

    Attributes:
        embedded: it is the small one that keeps all in memory.
    """

    bootstrap: str
    embedded: bool


def pytest_configure(config: pytest.Config) -> None:
    """Declares the marker."""
    config.addinivalue_line("markers", "kafka: needs Apache Kafka; runs where KAFKA_HOME is set")


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The session's PostgreSQL server."""
    folder = Path(tempfile.mkdtemp(prefix="viva-pg-"))
    server = EmbeddedPostgres(folder / "data")
    asyncio.run(server.start())
    yield server
    asyncio.run(server.stop())
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def embedded_broker() -> Iterator[RunningBroker]:
    """The session's embedded broker."""
    broker = EmbeddedBroker()
    asyncio.run(broker.start())
    yield RunningBroker(broker.bootstrap, embedded=True)
    asyncio.run(broker.stop())


@pytest.fixture(scope="session")
def apache_kafka() -> Iterator[RunningBroker]:
    """The session's Apache Kafka node; skips where KAFKA_HOME is not set."""
    home = os.environ.get("KAFKA_HOME")
    if not home:
        pytest.skip("KAFKA_HOME is not set")
    folder = tempfile.mkdtemp(prefix="viva-kafka-")
    node = _KafkaNode(Path(home), Path(folder))
    try:
        node.start()
        yield RunningBroker(node.bootstrap, embedded=False)
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


def settings_for(database_url: str, broker: RunningBroker, folder: Path) -> PlatformSettings:
    """Settings for a test; the topics are still to be made."""
    return PlatformSettings.model_validate(
        {
            "kafka_bootstrap": broker.bootstrap,
            "kafka_idempotence": not broker.embedded,
            "kafka_embedded": broker.embedded,
            "topic_prefix": f"t{secrets.token_hex(4)}.",
            "database_url": database_url,
            "objects_url": (folder / "objects").as_uri(),
            "models_dir": os.environ.get("VIVA_MODELS_DIR", ".viva/models"),
            "log_format": "console",
        }
    )


class _KafkaNode:
    """One node of Apache Kafka in a folder of its own."""

    def __init__(self, home: Path, folder: Path) -> None:
        self._home = home
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        port, controller = free_port(), free_port()
        self.bootstrap = f"127.0.0.1:{port}"
        self._properties = folder / "server.properties"
        self._properties.write_text(
            "\n".join(
                (
                    "process.roles=broker,controller",
                    "node.id=1",
                    f"controller.quorum.voters=1@127.0.0.1:{controller}",
                    f"listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
                    f"advertised.listeners=PLAINTEXT://127.0.0.1:{port}",
                    "controller.listener.names=CONTROLLER",
                    f"log.dirs={folder / 'data'}",
                    "offsets.topic.replication.factor=1",
                    "transaction.state.log.replication.factor=1",
                    "transaction.state.log.min.isr=1",
                    "group.initial.rebalance.delay.ms=0",
                    "auto.create.topics.enable=false",
                    "num.partitions=12",
                    "offsets.topic.num.partitions=4",
                    "broker.session.timeout.ms=3000",
                )
            )
        )

    def start(self) -> None:
        """Formats the folder, starts the node, waits until it listens."""
        environment = {**os.environ, "KAFKA_HEAP_OPTS": "-Xmx384m", "LOG_DIR": str(self._folder)}
        binaries = self._home / "bin"
        subprocess.run(  # noqa: S603
            [
                binaries / "kafka-storage.sh",
                *("format", "--cluster-id", "dml2YS10ZXN0LWNsdXN0ZXI"),
                *("--config", self._properties),
            ],
            env=environment,
            check=True,
            capture_output=True,
        )
        with (self._folder / "node.log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [binaries / "kafka-server-start.sh", self._properties],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        asyncio.run(_answering(self.bootstrap))

    def stop(self) -> None:
        """Ends the node."""
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


async def _answering(bootstrap: str) -> None:
    settings = PlatformSettings.model_validate({"kafka_bootstrap": bootstrap})
    async with admin_client(settings) as admin:
        await admin.list_topics()
