"""A whole Viva for tests and benchmarks, started as a user would: by `viva up`."""

import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx
import psutil

from viva.audio.models.store import default_models_dir
from viva.platform.run import service_names
from viva.testkit.api import Api
from viva.testkit.kafka import KafkaNode

START_S = 300.0
STOP_S = 60.0
_KEY = re.compile(r"viva_(?:live|test)_[A-Za-z0-9_-]+")
_READY_LINE = "Ctrl-C stops everything"
_COMPLAINT = re.compile('"level": "(warning|error|critical)"')
_TARGETS = ("session", "telephony", "asr", "scoring", "notification")

T = TypeVar("T")


class StackError(Exception):
    """Viva did not do what it was told in time; the text ends with what it printed last."""


class Stack:
    """`viva up` as a process of its own, in its own folder and on its own ports.

    All methods block: call them by `asyncio.to_thread` from a running loop.

    Args:
        folder: holds its data and logs, and what was rendered before; where it is not given,
            VIVA_STACK_FOLDER names it, else a fresh one is made and removed at the end.
        environment: settings on top of the present environment.
        kafka_home: an unpacked Apache Kafka to run on instead of the embedded broker.

    Attributes:
        replica_environment: settings of the second session alone.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        environment: Mapping[str, str] | None = None,
        kafka_home: Path | None = None,
    ) -> None:
        kept = os.environ.get("VIVA_STACK_FOLDER")
        folder = folder or (Path(kept) if kept else None)
        self._own_folder = folder is None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="viva-stack-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        found = _free_ports()
        self.ports = {
            name: (next(found), 0 if name == "gateway" else next(found)) for name in service_names()
        }
        self._replica_ports = (next(found), next(found))
        self._replica: subprocess.Popen[bytes] | None = None
        self.replica_environment: dict[str, str] = {}
        self.url = f"http://127.0.0.1:{self.ports['gateway'][0]}"
        self.api_key = ""
        self._extra = dict(environment or {})
        self._kafka = KafkaNode(kafka_home, self.folder / "kafka") if kafka_home else None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    @property
    def environment(self) -> dict[str, str]:
        """The variables that this Viva runs with; for other `viva` commands on it too."""
        found = {name: value for name, value in os.environ.items() if not _is_setting(name)}
        found |= {
            "VIVA_HOME": str(self.folder / "home"),
            "VIVA_MODELS_DIR": str(default_models_dir().resolve()),
            "VIVA_PUBLIC_URL": self.url,
            # Webhooks of a test go to this machine.
            "VIVA_NOTIFICATION_ALLOW_PRIVATE_TARGETS": "true",
        }
        for name, (http, grpc) in self.ports.items():
            found[f"VIVA_{name.upper()}_HTTP_PORT"] = str(http)
            if grpc:
                found[f"VIVA_{name.upper()}_GRPC_PORT"] = str(grpc)
        for name in _TARGETS:
            found[f"VIVA_{name.upper()}_TARGET"] = f"127.0.0.1:{self.ports[name][1]}"
        # As a name with two addresses: the second replica is there while a test wants it.
        found["VIVA_SESSION_TARGET"] = (
            f"ipv4:127.0.0.1:{self.ports['session'][1]},127.0.0.1:{self._replica_ports[1]}"
        )
        if self._kafka:
            found |= {
                "VIVA_KAFKA_BOOTSTRAP": self._kafka.bootstrap,
                "VIVA_KAFKA_IDEMPOTENCE": "true",
            }
        return found | self._extra

    def add_environment(self, environment: Mapping[str, str]) -> None:
        """Adds settings, such as those that depend on its ports; before it starts."""
        self._extra |= environment

    def start(self) -> None:
        """Starts it and waits until it says that it is ready.

        Raises:
            StackError: it ended, or took too long.
        """
        if self._kafka:
            self._kafka.start()
        with (self.folder / "up.log").open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603
                [Path(sys.executable).with_name("viva"), "up"],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                process_group=0,
            )
        try:
            self._until("ready", lambda: _READY_LINE in self.output(), START_S)
        except StackError:
            self.stop()
            raise
        keys = _KEY.findall(self.output())
        self.api_key = next((key for key in keys if "_live_" in key), keys[0] if keys else "")

    def stop(self) -> int:
        """Stops it as Ctrl-C does; gives its exit code. Idempotent."""
        code = 0
        self.end_replica()
        process, self._process = self._process, None
        if process:
            process.send_signal(signal.SIGINT)
            try:
                code = process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                _kill_all(process.pid)
                code = process.wait()
        if self._kafka:
            self._kafka.stop()
        if self._own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        return code

    def output(self) -> str:
        """What `viva up` printed so far."""
        return (self.folder / "up.log").read_text("utf-8", errors="replace")

    def log(self, service: str) -> str:
        """What a service printed so far."""
        path = self.folder / "home" / "logs" / f"{service}.log"
        return path.read_text("utf-8", errors="replace") if path.exists() else ""

    def complaints(self, most: int = 10) -> list[str]:
        """Each service's last warnings and errors, for who finds out why a test failed."""
        found = []
        for name in service_names():
            lines = self.log(name).splitlines()
            found += [line for line in lines if _COMPLAINT.search(line)][-most:]
        return found

    def state(self) -> dict[str, Any]:
        """What `viva up` wrote down: its services, the broker's pid, the settings it chose."""
        state: dict[str, Any] = json.loads((self.folder / "home" / "state.json").read_text("utf-8"))
        return state

    def pid(self, service: str) -> int:
        """The process of a service now."""
        return int(self.state()["services"][service]["pid"])

    def settings(self) -> dict[str, str]:
        """All settings that the services have, those that `viva up` chose included."""
        return self.environment | dict(self.state()["environment"])

    def api(self, key: str = "") -> Api:
        """A client with the first key, or another."""
        return Api(self.url, key or self.api_key)

    def kill(self, service: str) -> int:
        """Kills a service at once, with no chance to clean up; gives the pid that it had."""
        pid = self.pid(service)
        os.kill(pid, signal.SIGKILL)
        return pid

    def end(self, service: str) -> int:
        """Asks a service to drain and end, as a rolling update does; gives the pid that it had."""
        pid = self.pid(service)
        os.kill(pid, signal.SIGTERM)
        return pid

    def wait_for_restart(self, service: str, killed: int, timeout_s: float = 180) -> None:
        """Waits until the supervisor has brought a killed service back, and it is ready.

        Raises:
            StackError: it did not come back in time.
        """

        def back() -> bool:
            now = self.state()["services"].get(service)
            return now is not None and now["pid"] != killed and self._is_ready(service)

        self._until(f"{service} back", back, timeout_s)

    def start_replica(self) -> None:
        """Starts a second session; it is ready when this returns. Nobody starts it again.

        Raises:
            StackError: it took too long.
        """
        self.end_replica()
        http, grpc = self._replica_ports
        own = {"VIVA_SESSION_HTTP_PORT": str(http), "VIVA_SESSION_GRPC_PORT": str(grpc)}
        with (self.folder / "home" / "logs" / "session-replica.log").open("ab") as output:
            self._replica = subprocess.Popen(  # noqa: S603
                [Path(sys.executable).with_name("viva"), "run", "session"],
                env=self.settings() | own | self.replica_environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                process_group=0,
            )
        self._until("replica ready", lambda: _ready(http), 180)

    def has_replica(self) -> bool:
        """Whether the second session runs."""
        return self._replica is not None

    def wait_until_ready(self, service: str, timeout_s: float = 180) -> None:
        """Waits until a service is ready.

        Raises:
            StackError: it is not in time.
        """
        self._until(f"{service} ready", lambda: self._is_ready(service), timeout_s)

    def end_replica(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ends the second session, if it runs, and waits for its end."""
        replica, self._replica = self._replica, None
        if replica:
            replica.send_signal(number)
            try:
                replica.wait(STOP_S)
            except subprocess.TimeoutExpired:
                _kill_all(replica.pid)
                replica.wait()

    def conversations(self) -> dict[str, int]:
        """How many conversations `session` and `replica` conduct; who is away conducts none."""
        ports = {"session": self.ports["session"][0], "replica": self._replica_ports[0]}
        return {name: _conversations(port) for name, port in ports.items()}

    def kill_broker(self) -> None:
        """Kills the Apache Kafka node at once."""
        if self._kafka:
            self._kafka.kill()

    def start_broker(self) -> None:
        """Starts the Apache Kafka node again, with what it had stored."""
        if self._kafka:
            self._kafka.start()

    def freeze_replica(self, *, frozen: bool) -> None:
        """Stops the second session without ending it, or lets it go on."""
        if self._replica:
            self._replica.send_signal(signal.SIGSTOP if frozen else signal.SIGCONT)

    def freeze(self, *what: str) -> None:
        """Stops processes without ending them: services, `broker` or `database`."""
        self._signal(signal.SIGSTOP, what)

    def thaw(self, *what: str) -> None:
        """Lets frozen processes go on."""
        self._signal(signal.SIGCONT, what)

    def _signal(self, number: signal.Signals, what: tuple[str, ...]) -> None:
        for name in what:
            for process in self._processes(name):
                process.send_signal(number)

    def _processes(self, name: str) -> list[psutil.Process]:
        if name == "broker":
            pid = self._kafka.pid if self._kafka else self.state()["broker_pid"]
            return [psutil.Process(pid)]
        if name == "database":
            first = (self.folder / "home" / "postgres" / "postmaster.pid").read_text().split()[0]
            postmaster = psutil.Process(int(first))
            return [postmaster, *postmaster.children(recursive=True)]
        return [psutil.Process(self.pid(name))]

    def _is_ready(self, service: str) -> bool:
        return _ready(self.ports[service][0])

    def _until(self, what: str, found: Callable[[], T], timeout_s: float) -> T:
        deadline = time.monotonic() + timeout_s
        while not (result := found()):
            if self._process is None or self._process.poll() is not None:
                raise StackError(f"viva up has ended ({what}):\n{self.output()[-4000:]}")
            if time.monotonic() > deadline:
                raise StackError(f"not {what} after {timeout_s:.0f} s:\n{self.output()[-4000:]}")
            time.sleep(0.1)
        return result


def _ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _conversations(port: int) -> int:
    try:
        body = httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2).json()
    except httpx.HTTPError:
        return 0
    return int(body.get("conversations", 0))


def _free_ports() -> Iterator[int]:
    """Ports that stay free until a service takes them: the system gives others to connections."""
    candidates = list(range(20_000, 32_000))
    random.shuffle(candidates)
    for port in candidates:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        yield port


def _is_setting(name: str) -> bool:
    return name.startswith("VIVA_") and name != "VIVA_MODELS_DIR"


def _kill_all(pid: int) -> None:
    root = psutil.Process(pid)
    for process in [*root.children(recursive=True), root]:
        process.kill()
