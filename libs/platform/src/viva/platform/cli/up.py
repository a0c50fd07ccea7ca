"""`viva up`."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Collection
from importlib.metadata import entry_points
from typing import Annotated

import typer
from rich.console import Console

from viva.platform.embedded.broker import listening
from viva.platform.local.child import Child, ChildError
from viva.platform.local.stack import Stack
from viva.platform.local.state import RunningService, State, home
from viva.platform.run import find_service, service_names
from viva.platform.settings import PlatformSettings, ServiceSettings, SettingsError, load

_console = Console(highlight=False)
_STOP_S = 40.0


def up(
    only: Annotated[
        list[str] | None, typer.Option(help="Only this service; may be given again.")
    ] = None,
) -> None:
    """Run everything on this machine until Ctrl-C: database, broker, one process a service."""
    running = State.read()
    if running:
        raise SettingsError(f"viva up runs already, pid {running.pid}; see `viva status`")
    raise typer.Exit(asyncio.run(_up(only or service_names())))


async def _up(names: list[str]) -> int:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    settings = {name: load(find_service(name).settings) for name in names}
    await _check_ports(settings)
    home().mkdir(parents=True, exist_ok=True)
    stack = Stack(_say)
    children: dict[str, Child] = {}
    try:
        await stack.start()
        for name, own in settings.items():
            where = RunningService(f"http://{own.http_host}:{own.http_port}", own.grpc_port)
            log = home() / "logs" / f"{name}.log"
            children[name] = Child(name, where, stack.environment, log, _say)
        return await _supervise(stack, children, stopping)
    finally:
        _console.print("stopping")
        await asyncio.gather(*(child.stop(_STOP_S) for child in children.values()))
        await stack.stop()
        State.remove()
        _console.print("stopped")


async def _supervise(stack: Stack, children: dict[str, Child], stopping: asyncio.Event) -> int:
    began = time.monotonic()
    tasks = [asyncio.create_task(child.run()) for child in children.values()]
    tasks += [
        asyncio.create_task(stack.watch()),
        asyncio.create_task(_keep_state(stack, children)),
        asyncio.create_task(_announce(stack, children, began)),
        asyncio.create_task(_wait(stopping)),
    ]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.wait(tasks)
    failure = next((task.exception() for task in done if task.exception()), None)
    if isinstance(failure, ChildError):
        _console.print(failure.detail, markup=False, style="red")
        return 1
    if failure:
        raise failure
    return 0


async def _keep_state(stack: Stack, children: dict[str, Child]) -> None:
    """Writes the pids down whenever they change."""
    written = None
    while True:
        services = {name: child.where() for name, child in children.items()}
        state = State(os.getpid(), stack.environment, services, stack.broker_pid)
        if state != written:
            state.write()
            written = state
        await asyncio.sleep(0.5)


async def _announce(stack: Stack, children: dict[str, Child], began: float) -> None:
    """Says where everything is once all are ready; then never returns."""
    for child in children.values():
        await child.ready.wait()
    platform = stack.settings()
    _console.print(f"\nViva is ready after {time.monotonic() - began:.1f} s")
    _console.print(f"  API      {platform.public_url}")
    _console.print(f"  docs     {platform.public_url}/docs")
    _console.print(f"  console  {platform.public_url}/console")
    _console.print(f"  logs     {home() / 'logs'}")
    for line in await _lines_of_services(platform, children):
        _console.print(f"  {line}", markup=False)
    _console.print("  Ctrl-C stops everything\n")
    await asyncio.Event().wait()


async def _lines_of_services(platform: PlatformSettings, running: Collection[str]) -> list[str]:
    """What the services themselves have to say, by entry points named like them."""
    lines: list[str] = []
    for entry in sorted(entry_points(group="viva.ready"), key=lambda entry: entry.name):
        if entry.name not in running:
            continue
        try:
            lines += await entry.load()(platform)
        except Exception as error:
            lines.append(f"{entry.name} has nothing to say: {error or type(error).__name__}")
    return lines


async def _check_ports(settings: dict[str, ServiceSettings]) -> None:
    for name, own in settings.items():
        for kind, host, port in (
            ("HTTP", own.http_host, own.http_port),
            ("GRPC", own.grpc_host, own.grpc_port),
        ):
            if port and await listening(host, port):
                raise SettingsError(
                    f"port {port} is taken by another program; set "
                    f"VIVA_{name.upper()}_{kind}_PORT to a free one"
                )


async def _wait(stopping: asyncio.Event) -> None:
    await stopping.wait()


def _say(who: str, what: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        _console.print(
            f"{time.strftime('%H:%M:%S')}  {who:<13} {what}", markup=False, soft_wrap=True
        )
