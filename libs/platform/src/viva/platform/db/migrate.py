"""Alembic, inside the process: the platform's tables, then the service's own.

Both are chains of revisions with a version table each, in the service's schema, upgraded in one
transaction under a lock, so that replicas that start together do not meet.
"""

import importlib.resources
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from viva.platform.log import get_logger
from viva.platform.settings import SettingsError

_log = get_logger(__name__)
_PLATFORM = "viva.platform.db.migrations"


async def migrate(connection: AsyncConnection, schema: str, migrations: str | None) -> None:
    """Brings a schema to the newest revision, in the transaction of `connection`."""
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"viva:{schema}"))))
    # IF NOT EXISTS asks for the right to make schemas even where there is nothing to make.
    there = "SELECT 1 FROM pg_namespace WHERE nspname = :schema"
    if (await connection.execute(text(there), {"schema": schema})).scalar() is None:
        await connection.execute(text(f'CREATE SCHEMA "{schema}"'))
    for package, version_table in _chains(migrations):
        await connection.run_sync(_upgrade, package, version_table)


async def check_compatible(
    connection: AsyncConnection, schema: str, migrations: str | None
) -> None:
    """Checks that this release can work with the schema as it is.

    A newer schema is fine: schemas expand first and contract a release later.

    Raises:
        SettingsError: the schema is older than this release.
    """
    for package, version_table in _chains(migrations):
        await connection.run_sync(_check, schema, package, version_table)


def configuration(package: str, version_table: str) -> Config:
    """Alembic's configuration for one package of revisions."""
    config = Config()
    config.set_main_option("script_location", str(_folder(_PLATFORM)))
    config.set_main_option("version_locations", str(_folder(package) / "versions"))
    config.set_main_option("path_separator", "newline")
    config.attributes["version_table"] = version_table
    return config


def _chains(migrations: str | None) -> list[tuple[str, str]]:
    chains = [(_PLATFORM, "platform_version")]
    return [*chains, (migrations, "service_version")] if migrations else chains


def _upgrade(connection: Connection, package: str, version_table: str) -> None:
    config = configuration(package, version_table)
    if _standing(connection, config, version_table).newer:
        return
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _check(connection: Connection, schema: str, package: str, version_table: str) -> None:
    standing = _standing(connection, configuration(package, version_table), version_table)
    if standing.newer:
        _log.info("schema_is_newer", schema=schema, revision=standing.current)
    elif standing.current != standing.head:
        raise SettingsError(
            f"schema {schema} is at revision {standing.current or 'none'} of {package}, this "
            f"release needs {standing.head}: run `viva migrate`, or start once with "
            "VIVA_MIGRATE_ON_START=true"
        )


@dataclass(frozen=True)
class _Standing:
    """Where a schema is against where this release wants it.

    Attributes:
        newer: a later release was here: its revision is unknown to this one.
    """

    current: str | None
    head: str | None
    newer: bool


def _standing(connection: Connection, config: Config, version_table: str) -> _Standing:
    scripts = ScriptDirectory.from_config(config)
    context = MigrationContext.configure(connection, opts={"version_table": version_table})
    current = context.get_current_revision()
    known = {revision.revision for revision in scripts.walk_revisions()}
    newer = current is not None and current not in known
    return _Standing(current, scripts.get_current_head(), newer)


def _folder(package: str) -> Path:
    return Path(str(importlib.resources.files(package)))
