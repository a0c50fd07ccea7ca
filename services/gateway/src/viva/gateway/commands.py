"""`viva keys`: API keys from the command line, for the operator of the database."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from viva.gateway.adapters.work import open_work
from viva.gateway.application import keyring
from viva.gateway.application.context import Context, Policy
from viva.gateway.application.crediting import top_up
from viva.gateway.application.keyring import IssueKey
from viva.gateway.application.ports import Cursor, OpenWork
from viva.gateway.domain.access import ApiKey, Mode, Scope
from viva.gateway.domain.errors import GatewayError
from viva.gateway.domain.tokens import token_hash
from viva.platform.clock import SystemClock
from viva.platform.db import Database
from viva.platform.errors import VivaError
from viva.platform.ids import UlidIds
from viva.platform.local.state import home
from viva.platform.settings import PlatformSettings, load

app = typer.Typer(help="API keys.", no_args_is_help=True)

T = TypeVar("T")
LOCAL_TENANT = "ten_local"
LOCAL_CREDITS = 1000
TenantOption = Annotated[str, typer.Option(help="Whose key")]


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What the key is for")],
    tenant: TenantOption = LOCAL_TENANT,
    mode: Annotated[Mode, typer.Option(help="Test keys are never billed")] = Mode.LIVE,
    scope: Annotated[
        list[Scope] | None, typer.Option(help="May be repeated; all if left out")
    ] = None,
    credits: Annotated[  # noqa: A002
        int, typer.Option(min=0, help="Given to the tenant with it; a live interview costs one")
    ] = 0,
) -> None:
    """Make a key. It is printed once."""
    scopes = frozenset(scope or [Scope.ADMIN])
    command = IssueKey(tenant, name, mode, scopes)

    async def run(open_unit: OpenWork, context: Context) -> str:
        async with open_unit() as work:
            if credits:
                event_id, note = context.ids.new("evt"), f"With the key {name!r}"
                await top_up(work, context, tenant, credits, event_id=event_id, note=note)
            return (await keyring.issue(work, context, command)).secret

    typer.echo(_run(run))


@app.command("list")
def list_keys(tenant: Annotated[str, typer.Option(help="All if left out")] = "") -> None:
    """List the newest keys; secrets cannot be shown."""

    async def run(open_unit: OpenWork, _context: Context) -> tuple[ApiKey, ...]:
        async with open_unit() as work:
            return (await work.keys.page(tenant, Cursor(100))).items

    for key in _run(run):
        state = "revoked" if key.revoked_at else "active"
        scopes = ",".join(sorted(key.scopes))
        line = f"{key.id}  {key.tenant_id}  {key.mode:4}  {state:7}  ...{key.hint}  {key.name}"
        typer.echo(f"{line}  [{scopes}]")


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="key_...")], tenant: TenantOption = LOCAL_TENANT
) -> None:
    """End a key at once."""

    async def run(open_unit: OpenWork, context: Context) -> None:
        async with open_unit() as work:
            await keyring.revoke(work, context, tenant, key_id)

    _run(run)


@app.command()
def bootstrap(
    file: Annotated[Path, typer.Option(help="Where the key is kept; readable by you alone")],
    credits: Annotated[int, typer.Option(min=1, help="Given once")] = LOCAL_CREDITS,  # noqa: A002
    tenant: TenantOption = LOCAL_TENANT,
) -> None:
    """Print the first key of a local installation; make it, with credits, if there is none."""

    async def run(open_unit: OpenWork, context: Context) -> str:
        return await first_key(open_unit, context, file, credits, tenant)

    typer.echo(_run(run))


async def ready_lines(settings: PlatformSettings) -> list[str]:
    """Says what `viva up` prints about the gateway: the first API key."""
    database = Database(settings.require("database_url"), "gateway")
    context = Context(SystemClock(), UlidIds(), _NO_POLICY)
    try:
        key = await first_key(
            open_work(database), context, home() / "first-key", LOCAL_CREDITS, LOCAL_TENANT
        )
    finally:
        await database.stop()
    return [f"API key  {key}"]


async def first_key(
    open_unit: OpenWork, context: Context, file: Path, credits_given: int, tenant: str
) -> str:
    """Finds the key that `file` holds, or makes one and keeps it there."""
    known = file.read_text("utf-8").strip() if file.exists() else ""  # noqa: ASYNC240
    async with open_unit() as work:
        await top_up(
            work,
            context,
            tenant,
            credits_given,
            event_id=f"bootstrap:{tenant}",
            note="First credits of a local installation",
        )
        key = await work.keys.by_secret(token_hash(known)) if known else None
        if key is not None and key.usable(context.now()):
            return known
        command = IssueKey(tenant, "First key", Mode.LIVE, frozenset({Scope.ADMIN}))
        secret = (await keyring.issue(work, context, command)).secret
    _keep(file, secret)
    return secret


def _keep(file: Path, secret: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as kept:
        kept.write(secret + "\n")


def _run(command: Callable[[OpenWork, Context], Awaitable[T]]) -> T:
    try:
        return asyncio.run(_connected(command))
    except (VivaError, GatewayError) as error:
        typer.echo(f"viva keys: {error.detail}", err=True)
        raise typer.Exit(1) from None


async def _connected(command: Callable[[OpenWork, Context], Awaitable[T]]) -> T:
    async with _database() as database:
        context = Context(SystemClock(), UlidIds(), _NO_POLICY)
        return await command(open_work(database), context)


@asynccontextmanager
async def _database() -> AsyncIterator[Database]:
    settings = load(PlatformSettings)
    database = Database(
        settings.require("database_url"), "gateway", migrations="viva.gateway.migrations"
    )
    await database.start()
    try:
        yield database
    finally:
        await database.stop()


# Keys need none of it.
_NO_POLICY = Policy((), (), False, "", timedelta(), timedelta(), timedelta())
