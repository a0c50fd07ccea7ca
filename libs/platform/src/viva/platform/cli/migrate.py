"""`viva migrate`."""

import asyncio
from typing import Annotated

import typer

from viva.platform.db import Database
from viva.platform.local.state import current_settings
from viva.platform.run import find_service, service_names
from viva.platform.settings import PlatformSettings


def migrate(
    services: Annotated[
        list[str] | None, typer.Argument(help="Names; all that are installed if none.")
    ] = None,
) -> None:
    """Bring the schemas of services up to date, as a database role that owns them."""
    settings = current_settings()
    for name in services or service_names():
        typer.echo(asyncio.run(_migrate(name, settings)))


async def _migrate(name: str, settings: PlatformSettings) -> str:
    service = find_service(name)
    if service.migrations is None:
        return f"{name} owns no tables"
    database = Database(settings.require("database_url"), name, migrations=service.migrations)
    try:
        await database.start()
    finally:
        await database.stop()
    return f"{name} is up to date"
