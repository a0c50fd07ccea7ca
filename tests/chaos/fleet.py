"""All services, each a process of its own, two of session; whoever dies is started again."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
import psutil

from tests.chaos.ports import free_ports
from tests.chaos.proxy import Route
from tests.chaos.schedule import SERVICES

_START_S = 300.0
_SESSIONS = ("session-0", "session-1")


class Fleet:
    """The services' processes.

    Each session replica listens on an address of the loopback of its own and is known to the others
    by another, where a proxy stands; so are asr and notification.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._down: set[str] = set()
        self._watching: asyncio.Task[None] | None = None
        ports = free_ports()
        self._http = {name: next(ports) for name in SERVICES}
        self._grpc = {name: next(ports) for name in SERVICES}
        self._shared = dict(environment)
        self.url = f"http://127.0.0.1:{self._http['gateway']}"
        self.deaths = 0

    def routes(self) -> dict[str, Route]:
        """What the proxies carry."""
        proxied = (*_SESSIONS, "asr", "notification")
        return {
            name: Route((self._known_as(name), self._grpc[name]), (_host(name), self._grpc[name]))
            for name in proxied
        }

    async def start(self) -> None:
        """Starts all and waits until all are ready."""
        for name in SERVICES:
            self._start(name)
        self._watching = asyncio.create_task(self._watch())
        await asyncio.gather(*(self.ready(name) for name in SERVICES))
        self.deaths = 0

    async def stop(self) -> None:
        """Ends all."""
        if self._watching:
            self._watching.cancel()
        for process in self._processes.values():
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in self._processes.values():
            try:
                await asyncio.to_thread(process.wait, 30)
            except subprocess.TimeoutExpired:
                process.kill()

    def kill(self, name: str) -> None:
        """Ends a service at once; it stays down until `revive`."""
        self._down.add(name)
        self._processes[name].kill()
        self._processes[name].wait()

    def revive(self, name: str) -> None:
        """Starts it again."""
        self._start(name)
        self._down.discard(name)

    def freeze(self, name: str, *, frozen: bool) -> None:
        """Stops a service and its workers, or lets them go on."""
        number = signal.SIGSTOP if frozen else signal.SIGCONT
        try:
            process = psutil.Process(self._processes[name].pid)
            for one in (process, *process.children(recursive=True)):
                one.send_signal(number)
        except psutil.NoSuchProcess:
            return  # it died meanwhile; whoever watches starts it again

    async def ready(self, name: str, timeout_s: float = _START_S) -> None:
        """Waits until a service is ready.

        Raises:
            TimeoutError: it is not; its log says why.
        """
        url = f"http://127.0.0.1:{self._http[name]}/readyz"
        async with asyncio.timeout(timeout_s), httpx.AsyncClient(timeout=2) as client:
            while True:
                try:
                    if (await client.get(url)).status_code == httpx.codes.OK:
                        return
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(0.2)

    async def _watch(self) -> None:
        """Starts whoever died by himself, as any supervisor does."""
        while True:
            for name, process in self._processes.items():
                if name not in self._down and process.poll() is not None:
                    self.deaths += 1
                    self._start(name)
            await asyncio.sleep(0.5)

    def _start(self, name: str) -> None:
        with (self._folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", "viva.platform.cli", "run", _service(name)],
                env=self._environment(name),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )

    def _environment(self, name: str) -> dict[str, str]:
        prefix = f"VIVA_{_service(name).upper()}_"
        own = {
            f"{prefix}HTTP_PORT": str(self._http[name]),
            f"{prefix}GRPC_PORT": str(self._grpc[name]),
            f"{prefix}GRPC_HOST": _host(name),
            "VIVA_SUPERVISOR_PID": str(os.getpid()),
            "VIVA_PUBLIC_URL": self.url,
            "VIVA_SESSION_TARGET": "ipv4:"
            + ",".join(map(self._target, ("session-0", "session-1"))),
            "VIVA_ASR_TARGET": self._target("asr"),
            "VIVA_SCORING_TARGET": f"{_host('scoring')}:{self._grpc['scoring']}",
            "VIVA_NOTIFICATION_TARGET": self._target("notification"),
            "VIVA_TELEPHONY_TARGET": f"{_host('telephony')}:{self._grpc['telephony']}",
        }
        if name.startswith("session"):
            own["VIVA_SESSION_ADVERTISED_HOST"] = self._known_as(name)
        kept = {k: v for k, v in os.environ.items() if not k.startswith("VIVA_")}
        return {**kept, **self._shared, **own}

    def _target(self, name: str) -> str:
        return f"{self._known_as(name)}:{self._grpc[name]}"

    def _known_as(self, name: str) -> str:
        return f"127.0.1.{SERVICES.index(name) + 1}"


def _service(name: str) -> str:
    return name.partition("-")[0]


def _host(name: str) -> str:
    return f"127.0.2.{SERVICES.index(name) + 1}"
