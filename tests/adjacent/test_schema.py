"""A schema expands before it contracts: the release before goes on in the schema of this one."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.adjacent.before import ReleaseBefore
from viva.platform.db.connection import connect
from viva.platform.db.roles import SERVICES_WITH_TABLES

_COLUMNS = """
SELECT table_name, column_name, udt_name, is_nullable = 'NO' AND column_default IS NULL
       AND is_identity = 'NO' AND is_generated = 'NEVER' AS demanded
FROM information_schema.columns WHERE table_schema = $1
"""
Columns = dict[tuple[str, str], tuple[str, bool]]


async def columns(url: str, schema: str) -> Columns:
    """Type of each column, and whether every INSERT must name it."""
    connection = await connect(url)
    try:
        rows = await connection.fetch(_COLUMNS, schema)
    finally:
        await connection.close()
    return {
        (row["table_name"], row["column_name"]): (row["udt_name"], row["demanded"]) for row in rows
    }


@pytest.mark.parametrize("service", SERVICES_WITH_TABLES)
async def test_the_schema_only_grew(before: ReleaseBefore, service: str, database_url: str) -> None:
    settings = {"VIVA_DATABASE_URL": database_url}
    await asyncio.to_thread(
        before.run, "-m", "viva.platform.cli", "migrate", service, settings=settings
    )
    old = await columns(database_url, service)
    assert old
    await asyncio.to_thread(
        subprocess.run,
        [Path(sys.executable).with_name("viva"), "migrate", service],
        env={**os.environ, **settings},
        check=True,
        capture_output=True,
    )
    new = await columns(database_url, service)
    tables = {table for table, _ in old}
    assert old.keys() - new.keys() == set(), "a column that the release before uses is gone"
    changed = {name for name, (kind, _) in old.items() if new[name][0] != kind}
    assert changed == set(), "a column has another type"
    demanded = {
        name
        for name, (_, must) in new.items()
        if must and name[0] in tables and not old.get(name, ("", False))[1]
    }
    assert demanded == set(), "the release before cannot insert: it does not name these columns"
