"""Apache Kafka on this machine: one node, from an unpacked distribution."""

import asyncio
import os
import subprocess
from pathlib import Path

from viva.platform.embedded.broker import free_port
from viva.platform.messaging.topics import admin_client
from viva.platform.settings import PlatformSettings


class KafkaNode:
    """One node of Apache Kafka in a folder of its own."""

    def __init__(self, home: Path, folder: Path) -> None:
        self._home = home
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        port, controller = free_port(), free_port()
        self.bootstrap = f"127.0.0.1:{port}"
        folder.mkdir(parents=True, exist_ok=True)
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
                start_new_session=True,
            )
        asyncio.run(_answering(self.bootstrap))

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


async def _answering(bootstrap: str) -> None:
    settings = PlatformSettings.model_validate({"kafka_bootstrap": bootstrap})
    async with admin_client(settings) as admin:
        await admin.list_topics()
