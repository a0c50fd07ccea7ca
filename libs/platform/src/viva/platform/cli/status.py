"""`viva status`."""

import asyncio
import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from viva.platform.errors import VivaError
from viva.platform.local.child import read_health
from viva.platform.local.lag import consumer_lag
from viva.platform.local.state import RunningService, State, current_settings
from viva.platform.run import find_service, service_names
from viva.platform.settings import load


def status(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show health, ports, live conversations and consumer lag; exit 1 unless all are ready."""
    rows = asyncio.run(_collect())
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
    else:
        Console().print(_table(rows))
    if any(row["status"] not in {"ready", "degraded"} for row in rows):
        raise typer.Exit(1)


async def _collect() -> list[dict[str, Any]]:
    state = State.read()
    services = state.services if state else _by_settings()
    lags = await _lags()
    return [
        await _row(name, where, lags.get(f"viva.{name}"))
        for name, where in sorted(services.items())
    ]


def _by_settings() -> dict[str, RunningService]:
    """Where the services are if they were started one by one."""
    found = {}
    for name in service_names():
        own = load(find_service(name).settings)
        found[name] = RunningService(f"http://{own.http_host}:{own.http_port}", own.grpc_port)
    return found


async def _row(name: str, where: RunningService, lag: int | None) -> dict[str, Any]:
    body = await asyncio.to_thread(read_health, where.http_url) or {}
    return {
        "service": name,
        "status": body.get("status", "down"),
        "pid": where.pid,
        "http_port": int(where.http_url.rpartition(":")[2]),
        "grpc_port": where.grpc_port or None,
        "conversations": body.get("conversations"),
        "lag": lag,
        "degraded": body.get("degraded", {}),
        "starting": body.get("starting"),
    }


async def _lags() -> dict[str, int]:
    settings = current_settings()
    if settings.kafka_bootstrap is None:
        return {}
    try:
        async with asyncio.timeout(5):
            return await consumer_lag(settings)
    except (VivaError, TimeoutError):
        return {}


def _table(rows: list[dict[str, Any]]) -> Table:
    colours = {"ready": "green", "degraded": "yellow", "starting": "cyan", "draining": "yellow"}
    table = Table("service", "status", "pid", "http", "grpc", "conversations", "lag", "note")
    for row in rows:
        note = ", ".join(f"{name}: {why}" for name, why in row["degraded"].items())
        colour = colours.get(row["status"], "red")
        table.add_row(
            row["service"],
            f"[{colour}]{row['status']}[/]",
            *(_cell(row[name]) for name in ("pid", "http_port", "grpc_port")),
            _cell(row["conversations"]),
            _cell(row["lag"]),
            note or (row["starting"] or ""),
        )
    return table


def _cell(value: object) -> str:
    return "-" if value is None else str(value)
