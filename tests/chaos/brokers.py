"""Three nodes of Apache Kafka, each behind a proxy."""

import asyncio
import os
import signal
import subprocess
import time
from pathlib import Path

from aiokafka.errors import KafkaError

from tests.chaos.ports import free_ports
from tests.chaos.proxy import Route
from viva.platform.errors import TransientError
from viva.platform.messaging.topics import admin_client
from viva.platform.settings import PlatformSettings

_CLUSTER = "dml2YS1jaGFvcy1jbHVzdGV"
_NODES = (1, 2, 3)


class Brokers:
    """A cluster that keeps each record on three nodes and acknowledges it on two."""

    def __init__(self, home: Path, folder: Path) -> None:
        self._home = home
        self._folder = folder
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        ports = free_ports()
        self._own = {node: next(ports) for node in _NODES}
        self._fronts = {node: next(ports) for node in _NODES}
        self._inner = {node: next(ports) for node in _NODES}
        self._voters = {node: next(ports) for node in _NODES}

    @property
    def bootstrap(self) -> str:
        """The nodes as services see them, through the proxies."""
        return ",".join(f"127.0.0.1:{port}" for port in self._fronts.values())

    def routes(self) -> dict[str, Route]:
        """What the proxies carry."""
        return {
            f"broker-{node}": Route(
                ("127.0.0.1", self._fronts[node]), ("127.0.0.1", self._own[node])
            )
            for node in _NODES
        }

    def start(self) -> None:
        """Formats and starts all nodes."""
        for node in _NODES:
            self._format(node)
            self.start_node(node)

    def start_node(self, node: int) -> None:
        """Starts one node, with what it stored."""
        with (self._folder / f"node-{node}.log").open("ab") as log:
            self._processes[node] = subprocess.Popen(
                [self._home / "bin" / "kafka-server-start.sh", self._properties(node)],
                env=self._environment(node),
                stdout=log,
                stderr=log,
                process_group=0,
            )

    def kill(self, node: int) -> None:
        """Ends a node as a power cut does."""
        self._processes[node].kill()
        self._processes[node].wait()

    def freeze(self, node: int, *, frozen: bool) -> None:
        """Stops a node's process, or lets it go on."""
        self._processes[node].send_signal(signal.SIGSTOP if frozen else signal.SIGCONT)

    def stop(self) -> None:
        """Ends all nodes; nothing of theirs is needed any more."""
        for process in self._processes.values():
            process.kill()
            process.wait()

    async def whole(self, timeout_s: float) -> bool:
        """Waits until every partition is in sync on all nodes; tells whether it is."""
        settings = PlatformSettings.model_validate({"kafka_bootstrap": self.bootstrap})
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            try:
                async with asyncio.timeout(10), admin_client(settings) as admin:
                    cluster = await admin.describe_cluster()
                    topics = await admin.describe_topics()
                    parts = [part for topic in topics for part in topic["partitions"]]
                    synced = all(len(part["isr"]) == len(part["replicas"]) for part in parts)
                    if synced and len(cluster["brokers"]) == len(_NODES):
                        return True
            except (KafkaError, TransientError, TimeoutError):
                pass
            await asyncio.sleep(0.5)
        return False

    def _properties(self, node: int) -> Path:
        return self._folder / f"node-{node}.properties"

    def _environment(self, node: int) -> dict[str, str]:
        return {
            **os.environ,
            "KAFKA_HEAP_OPTS": "-Xmx320m",
            "LOG_DIR": str(self._folder / f"logs-{node}"),
        }

    def _format(self, node: int) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        voters = ",".join(f"{n}@127.0.0.1:{port}" for n, port in self._voters.items())
        listeners = {"OUT": self._own[node], "IN": self._inner[node], "VOTE": self._voters[node]}
        lines = (
            "process.roles=broker,controller",
            f"node.id={node}",
            f"controller.quorum.voters={voters}",
            "listeners=" + ",".join(f"{k}://127.0.0.1:{port}" for k, port in listeners.items()),
            f"advertised.listeners=OUT://127.0.0.1:{self._fronts[node]},"
            f"IN://127.0.0.1:{self._inner[node]}",
            "listener.security.protocol.map=OUT:PLAINTEXT,IN:PLAINTEXT,VOTE:PLAINTEXT",
            "inter.broker.listener.name=IN",
            "controller.listener.names=VOTE",
            f"log.dirs={self._folder / f'data-{node}'}",
            "default.replication.factor=3",
            "min.insync.replicas=2",
            "offsets.topic.replication.factor=3",
            "offsets.topic.num.partitions=4",
            "transaction.state.log.replication.factor=3",
            "transaction.state.log.min.isr=2",
            "group.initial.rebalance.delay.ms=0",
            "auto.create.topics.enable=false",
            "broker.session.timeout.ms=4000",
            "broker.heartbeat.interval.ms=1000",
            "replica.lag.time.max.ms=5000",
        )
        self._properties(node).write_text("\n".join(lines))
        subprocess.run(
            [
                self._home / "bin" / "kafka-storage.sh",
                *("format", "--cluster-id", _CLUSTER, "--config", self._properties(node)),
            ],
            env=self._environment(node),
            check=True,
            capture_output=True,
        )
