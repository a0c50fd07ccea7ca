"""One service as a process of its own: started, watched, started again."""

import asyncio
import contextlib
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from viva.platform.backoff import Backoff
from viva.platform.errors import VivaError
from viva.platform.local.state import RunningService

SUPERVISOR = "VIVA_SUPERVISOR_PID"
_BAD_SETTINGS = 2
_QUICK_CRASHES = 5
_HEALTHY_S = 60.0
_DRAIN_S = 4.0
Say = Callable[[str, str], None]


class ChildError(VivaError):
    """A service does not come up."""

    code = "service_failed"


class Child:
    """Runs `viva run NAME` and keeps it running.

    Args:
        where: its ports.
        environment: settings on top of this process's own.
        log: its output goes there.
        say: told a line when something happens.
    """

    def __init__(
        self, name: str, where: RunningService, environment: Mapping[str, str], log: Path, say: Say
    ) -> None:
        self.name = name
        self.ready = asyncio.Event()
        self._where = where
        self._environment = {**os.environ, **environment, SUPERVISOR: str(os.getpid())}
        self._log = log
        self._say = say
        self._process: asyncio.subprocess.Process | None = None

    def where(self) -> RunningService:
        """Its ports, and its process while it runs."""
        running = self._process and self._process.returncode is None
        return replace(self._where, pid=self._process.pid if self._process and running else None)

    async def run(self) -> None:
        """Runs it for ever.

        Raises:
            ChildError: its settings are wrong, or it crashed again and again at its start.
        """
        backoff, quick = Backoff(first_s=1.0, cap_s=30.0), 0
        while True:
            began = time.monotonic()
            code = await self._run_once()
            self.ready.clear()
            if code == _BAD_SETTINGS:
                raise ChildError(f"{self.name} cannot start: {self._last_lines(1)}")
            lasted_s = time.monotonic() - began
            if lasted_s > _HEALTHY_S:
                backoff.reset()
            quick = 0 if lasted_s > _HEALTHY_S else quick + 1
            if quick >= _QUICK_CRASHES:
                raise ChildError(
                    f"{self.name} crashed {quick} times in a row; the end of {self._log}:\n"
                    + self._last_lines(15)
                )
            wait_s = backoff.next_s()
            self._say(self.name, f"ended with {code}; starting it again in {wait_s:.1f} s")
            await asyncio.sleep(wait_s)

    async def stop(self, timeout_s: float) -> None:
        """Asks it to drain and end, then to hurry; kills it after the time-out."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_S):
                await process.wait()
                return
        process.terminate()
        try:
            async with asyncio.timeout(timeout_s):
                await process.wait()
        except TimeoutError:
            self._say(self.name, f"did not end within {timeout_s:.0f} s; killed")
            process.kill()
            await process.wait()

    async def _run_once(self) -> int:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        with self._log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "viva.platform.cli", "run", self.name),
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # Ctrl-C reaches the supervisor alone. Not by a session of its own: between sessions
                # Linux shares the processors evenly (autogroup), and niceness counts within one.
                process_group=0,
            )
        watching = asyncio.create_task(self._watch_start(began))
        try:
            return await self._process.wait()
        finally:
            watching.cancel()

    async def _watch_start(self, began: float) -> None:
        said = ""
        while True:
            body = await asyncio.to_thread(read_health, self._where.http_url)
            if body and body.get("started") and not body.get("draining"):
                self._say(self.name, f"ready after {time.monotonic() - began:.1f} s")
                self.ready.set()
                return
            stage = str((body or {}).get("starting") or "")
            if stage and stage != said:
                self._say(self.name, f"starting: {stage}")
                said = stage
            await asyncio.sleep(0.3)

    def _last_lines(self, count: int) -> str:
        with self._log.open("r", encoding="utf-8", errors="replace") as log:
            return "".join(deque(log, maxlen=count)).rstrip()


def read_health(url: str) -> dict[str, Any] | None:
    """Reads `/readyz`; None when nobody answers."""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=2) as response:  # noqa: S310
            return dict(json.load(response))
    except urllib.error.HTTPError as error:
        try:
            return dict(json.load(error))
        except ValueError:
            return None
    except (OSError, ValueError):
        return None
