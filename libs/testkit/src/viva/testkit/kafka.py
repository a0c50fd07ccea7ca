"""Apache Kafka on this machine: one node, from an unpacked distribution."""

import asyncio
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from viva.platform.embedded.broker import free_port
from viva.platform.messaging.topics import admin_client
from viva.platform.settings import PlatformSettings


@dataclass(frozen=True)
class Listener:
    """A listener beside the plain one.

    Attributes:
        protocol: SSL, SASL_PLAINTEXT or SASL_SSL.
        properties: its settings, with no `listener.name...` before them.
    """

    name: str
    protocol: str
    properties: Mapping[str, str]
    port: int = field(default_factory=free_port)

    @property
    def bootstrap(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.port}"


class KafkaNode:
    """One node of Apache Kafka in a folder of its own.

    Args:
        listeners: more ways in, for those who speak TLS or SASL.
        users: passwords of those who come with SCRAM-SHA-512.
        properties: more settings of the node.
    """

    def __init__(
        self,
        home: Path,
        folder: Path,
        listeners: Sequence[Listener] = (),
        users: Mapping[str, str] | None = None,
        properties: Mapping[str, str] | None = None,
    ) -> None:
        self._home = home
        self._folder = folder
        self._users = dict(users or {})
        self._process: subprocess.Popen[bytes] | None = None
        port, controller = free_port(), free_port()
        ours = [Listener("PLAINTEXT", "PLAINTEXT", {}, port), *listeners]
        own = {
            f"listener.name.{one.name.lower()}.{name}": value
            for one in listeners
            for name, value in one.properties.items()
        } | dict(properties or {})
        self.bootstrap = f"127.0.0.1:{port}"
        folder.mkdir(parents=True, exist_ok=True)
        self._properties = folder / "server.properties"
        self._properties.write_text(
            "\n".join(
                (
                    "process.roles=broker,controller",
                    "node.id=1",
                    f"controller.quorum.voters=1@127.0.0.1:{controller}",
                    f"listeners={_addresses(ours)},CONTROLLER://127.0.0.1:{controller}",
                    f"advertised.listeners={_addresses(ours)}",
                    "listener.security.protocol.map=CONTROLLER:PLAINTEXT,"
                    + ",".join(f"{one.name}:{one.protocol}" for one in ours),
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
                    # One late heartbeat must not fence it.
                    "broker.heartbeat.interval.ms=500",
                    *(f"{name}={value}" for name, value in own.items()),
                )
            )
        )

    @property
    def pid(self) -> int | None:
        """The node's process, while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Formats the folder the first time, starts the node, waits until it listens."""
        environment = {**os.environ, "KAFKA_HEAP_OPTS": "-Xmx384m", "LOG_DIR": str(self._folder)}
        binaries = self._home / "bin"
        if not (self._folder / "data" / "meta.properties").exists():
            subprocess.run(  # noqa: S603
                [
                    binaries / "kafka-storage.sh",
                    *("format", "--cluster-id", "dml2YS10ZXN0LWNsdXN0ZXI"),
                    *("--config", self._properties),
                    *(part for name in self._users for part in ("--add-scram", self._scram(name))),
                ],
                env=environment,
                check=True,
                capture_output=True,
            )
        with (self._folder / "node.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [binaries / "kafka-server-start.sh", self._properties],
                env=environment,
                stdout=log,
                stderr=log,
                process_group=0,
            )
        asyncio.run(_answering(self.bootstrap))

    def _scram(self, name: str) -> str:
        return f"SCRAM-SHA-512=[name={name},password={self._users[name]}]"

    def kill(self) -> None:
        """Ends the node at once, as a power cut does; it can be started again."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """Ends the node."""
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def _addresses(listeners: Sequence[Listener]) -> str:
    return ",".join(f"{one.name}://{one.bootstrap}" for one in listeners)


async def _answering(bootstrap: str) -> None:
    settings = PlatformSettings.model_validate({"kafka_bootstrap": bootstrap})
    async with admin_client(settings) as admin:
        await admin.list_topics()
