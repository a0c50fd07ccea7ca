"""Two replicas of a service, of which the busier one is lost and comes back."""

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Protocol

import httpx

from tests.bench.ingress import Ingress
from tests.e2e.surviving import both_replicas
from viva.testkit.events import eventually
from viva.testkit.stack import Stack

START_S = 120.0


class Pair(Protocol):
    """Two replicas, one of them `viva up`'s own."""

    async def whole(self) -> None:
        """Waits until both are there; starts again who is not."""

    async def lose(self) -> tuple[float, int]:
        """Kills the busier one; gives the Unix time of it and how many it conducted."""


class Sessions:
    """Two sessions."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    async def whole(self) -> None:
        """Both are ready."""
        await both_replicas(self._stack)

    async def lose(self) -> tuple[float, int]:
        """The one with more conversations."""
        found = await asyncio.to_thread(self._stack.conversations)
        name = max(found, key=lambda each: found[each])
        lost_at = time.time()
        if name == "session":
            await asyncio.to_thread(self._stack.kill, "session")
        else:
            await asyncio.to_thread(self._stack.end_replica, signal.SIGKILL)
        return lost_at, found[name]


class Gateways:
    """Two gateways behind a front; the second is this process's child."""

    def __init__(self, stack: Stack, ingress: Ingress, port: int) -> None:
        self._stack = stack
        self._ingress = ingress
        self._port = port
        self._second: subprocess.Popen[bytes] | None = None

    async def whole(self) -> None:
        """Both are ready."""
        if self._second is None:
            self._second = await asyncio.to_thread(self._start)
        await asyncio.to_thread(self._stack.wait_until_ready, "gateway", START_S)
        await eventually(self._ready, timeout_s=START_S)

    async def lose(self) -> tuple[float, int]:
        """The one with more connections."""
        own = self._stack.ports["gateway"][0]
        live = self._ingress.live
        many, port = max((live[own], own), (live[self._port], self._port))
        lost_at = time.time()
        if port == own:
            await asyncio.to_thread(self._stack.kill, "gateway")
        else:
            await asyncio.to_thread(self.end)
        return lost_at, many

    def end(self) -> None:
        """Kills the second gateway, if it runs."""
        second, self._second = self._second, None
        if second:
            second.kill()
            second.wait()

    async def _ready(self) -> bool:
        try:
            async with httpx.AsyncClient(timeout=2) as client:
                answer = await client.get(f"http://127.0.0.1:{self._port}/readyz")
        except httpx.HTTPError:
            return False
        return answer.status_code == httpx.codes.OK

    def _start(self) -> subprocess.Popen[bytes]:
        log = self._stack.folder / "home" / "logs" / "gateway-replica.log"
        with log.open("ab") as output:
            return subprocess.Popen(
                [Path(sys.executable).with_name("viva"), "run", "gateway"],
                env=self._stack.settings() | {"VIVA_GATEWAY_HTTP_PORT": str(self._port)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                process_group=0,
            )
