"""The Viva that the demo talks to: one that runs already, or one of its own."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from viva.platform.local.state import State, home

KEY = re.compile(r"viva_live_[A-Za-z0-9_-]+")
READY = "Ctrl-C stops everything"
URL = re.compile(r"^\s*API\s+(http\S+)")
STOP_S = 60


class DemoError(Exception):
    """The demo cannot go on; the text says why."""


@dataclass(frozen=True)
class Running:
    """Where Viva answers, and with which key."""

    url: str
    key: str


@asynccontextmanager
async def viva(
    say: Callable[[str], None], environment: Mapping[str, str] | None = None
) -> AsyncIterator[Running]:
    """Uses the `viva up` that runs in this folder, or starts one and stops it at the end.

    Args:
        environment: more of it for the one that is started.

    Raises:
        DemoError: it did not start; what it printed was shown.
    """
    state = State.read()
    if state is not None:
        key = (home() / "first-key").read_text("utf-8").strip()
        url = state.environment.get("VIVA_PUBLIC_URL", "http://127.0.0.1:8080")
        say(f"using the Viva that runs at {url}")
        yield Running(url, key)
        return
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "viva.platform.cli",
        "up",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=os.environ | (environment or {}),
        # A Ctrl-C reaches the demo alone, which then stops it in good order.
        process_group=0,
    )
    reader: asyncio.Task[None] | None = None
    try:
        running = await _until_ready(process, say)
        reader = asyncio.create_task(_show_the_rest(process, say))
        yield running
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
            await asyncio.wait_for(process.wait(), STOP_S)
        if reader is not None:
            await reader


async def _until_ready(process: asyncio.subprocess.Process, say: Callable[[str], None]) -> Running:
    url = key = ""
    async for line in _lines(process):
        if found := URL.search(line):
            url = found.group(1)
        if secret := KEY.search(line):
            key = secret.group(0)
        if line.strip():
            say(line)
        if READY in line:
            if not url or not key:
                raise DemoError("Viva is ready but printed no URL or no API key")
            return Running(url, key)
    raise DemoError(f"Viva did not start (exit code {await process.wait()})")


async def _show_the_rest(process: asyncio.subprocess.Process, say: Callable[[str], None]) -> None:
    async for line in _lines(process):
        if line.strip():
            say(line)


async def _lines(process: asyncio.subprocess.Process) -> AsyncIterator[str]:
    if process.stdout is None:
        return
    async for raw in process.stdout:
        yield raw.decode("utf-8", "replace").rstrip()
