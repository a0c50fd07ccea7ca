"""Running services in this process: found by entry point, stopped by signal."""

import asyncio
import os
import signal
import sys
from importlib.metadata import entry_points
from typing import Any

from viva.platform.errors import VivaError
from viva.platform.log import configure_logging, get_logger
from viva.platform.service import Runtime, Service
from viva.platform.settings import PlatformSettings, SettingsError, load
from viva.platform.telemetry import Telemetry

_log = get_logger(__name__)


def service_names() -> list[str]:
    """The services that are installed."""
    return sorted(entry.name for entry in entry_points(group="viva.services"))


def find_service(name: str) -> Service:
    """Loads a service by its entry point.

    Raises:
        SettingsError: no such service is installed.
    """
    for entry in entry_points(group="viva.services", name=name):
        service = entry.load()
        if isinstance(service, Service):
            return service
    raise SettingsError(
        f"no service {name!r} is installed; there are: {', '.join(service_names())}"
    )


def run(*names: str) -> None:
    """Runs services until a signal or a crash; ends the process with 0, or 1 after a crash."""
    try:
        platform = load(PlatformSettings)
        configure_logging(platform)
        services = [find_service(name) for name in names]
        sys.exit(asyncio.run(_serve(services, platform)))
    except SettingsError as error:
        sys.stderr.write(f"viva: {error.detail}\n")
        sys.exit(2)


async def _serve(services: list[Service], platform: PlatformSettings) -> int:
    stopping, hurrying = asyncio.Event(), asyncio.Event()

    def told() -> None:
        """The first signal drains, the second does not wait for that any more."""
        (hurrying if stopping.is_set() else stopping).set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told)
    watching = asyncio.create_task(_stop_with_supervisor(stopping))
    name = services[0].name if len(services) == 1 else "all"
    telemetry = Telemetry(
        name,
        platform.otlp_endpoint,
        scrape=platform.metrics_scrape,
        push=platform.otlp_metrics,
    )
    telemetry.install()
    try:
        return await serve(services, platform, stopping, hurrying)
    finally:
        watching.cancel()
        await asyncio.to_thread(telemetry.shut_down)


async def serve(
    services: list[Service],
    platform: PlatformSettings,
    stopping: asyncio.Event,
    hurrying: asyncio.Event,
) -> int:
    """Runs services until `stopping` is set or one of them fails; tells the exit code.

    Args:
        hurrying: cuts the drain off.
    """
    runtimes: list[Runtime] = []
    code = 0
    try:
        for service in services:
            runtime = Runtime(service, platform, load(service.settings))
            starting = asyncio.create_task(runtime.start())
            if not await _until(stopping, starting):
                starting.cancel()
                await asyncio.wait([starting])
                break
            await starting
            runtimes.append(runtime)
        else:
            await _until(stopping, *(runtime.failed for runtime in runtimes))
            code = 1 if any(runtime.failed.done() for runtime in runtimes) else 0
    except SettingsError:
        raise
    except VivaError as error:
        _log.error("start_failed", code=error.code, detail=error.detail)
        code = 1
    except Exception:
        _log.exception("start_failed")
        code = 1
    finally:
        draining = asyncio.gather(*(runtime.drain() for runtime in runtimes))
        if not await _until(hurrying, draining):
            draining.cancel()
            await asyncio.wait([draining])
        for runtime in reversed(runtimes):
            await runtime.stop()
    return code


async def _stop_with_supervisor(stopping: asyncio.Event) -> None:
    """Ends this process when the `viva up` that started it is gone, however it went."""
    supervisor = os.environ.get("VIVA_SUPERVISOR_PID")
    while supervisor and os.getppid() == int(supervisor):  # noqa: ASYNC110 - no event tells
        await asyncio.sleep(1)
    if supervisor:
        _log.warning("supervisor_gone")
        stopping.set()


async def _until(stopping: asyncio.Event, *others: asyncio.Future[Any]) -> bool:
    """Waits for one of `others`, or for `stopping`; tells whether it was one of `others`."""
    waiting = asyncio.create_task(stopping.wait())
    pending: list[asyncio.Future[Any]] = [waiting, *others]
    try:
        await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        return any(other.done() for other in others)
    finally:
        waiting.cancel()
