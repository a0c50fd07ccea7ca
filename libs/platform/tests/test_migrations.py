"""Two chains of revisions in one schema; replicas that start together; releases side by side."""

import asyncio
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from viva.platform.db import Database
from viva.platform.db.connection import connect
from viva.platform.errors import TransientError
from viva.platform.settings import SettingsError

REVISION = """
from alembic import op

revision = "{revision}"
down_revision = {down}
branch_labels = None
depends_on = None

def upgrade():
    op.execute("CREATE TABLE t_{revision} (id int)")

def downgrade():
    op.execute("DROP TABLE t_{revision}")
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An importable package `example_migrations` with one revision."""
    folder = tmp_path / "example_migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "__init__.py").touch()
    add_revision(folder, "r1", None)
    monkeypatch.syspath_prepend(tmp_path)
    sys.modules.pop("example_migrations", None)
    return folder


def add_revision(folder: Path, revision: str, down: str | None) -> None:
    script = REVISION.format(revision=revision, down=repr(down))
    (folder / "versions" / f"{revision}.py").write_text(script)


async def tables(url: str, schema: str) -> set[str]:
    connection = await connect(url)
    try:
        rows = await connection.fetch(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = $1", schema
        )
    finally:
        await connection.close()
    return {row["table_name"] for row in rows}


def database(url: str, *, migrate: bool = True) -> Database:
    return Database(url, "example", migrations="example_migrations", migrate_on_start=migrate)


async def test_replicas_that_start_together_migrate_once(database_url: str, package: Path) -> None:
    replicas = [database(database_url) for _ in range(4)]
    await asyncio.gather(*(replica.start() for replica in replicas))
    found = await tables(database_url, "example")
    assert {"outbox", "outbox_sequence", "inbox", "t_r1"} <= found
    assert await tables(database_url, "public") == set()
    for replica in replicas:
        await replica.stop()


async def test_an_older_schema_is_refused_and_a_newer_one_is_not(
    database_url: str, package: Path
) -> None:
    await database(database_url).start()
    add_revision(package, "r2", "r1")
    with pytest.raises(SettingsError, match="VIVA_MIGRATE_ON_START"):
        await database(database_url, migrate=False).start()
    await database(database_url).start()
    assert "t_r2" in await tables(database_url, "example")
    (package / "versions" / "r2.py").unlink()  # the last release beside the new one
    await database(database_url, migrate=False).start()
    await database(database_url).start()


async def test_the_platforms_migration_makes_the_tables_that_the_code_uses(
    database_url: str,
) -> None:
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415

    from viva.platform.db.tables import metadata  # noqa: PLC0415

    made = Database(database_url, "example")
    await made.start()
    async with made.engine.connect() as connection:

        def differences(sync) -> list[object]:
            context = MigrationContext.configure(
                sync, opts={"include_name": lambda name, kind, _: name != "platform_version"}
            )
            return compare_metadata(context, metadata)

        assert await connection.run_sync(differences) == []
    await made.stop()


async def test_a_lost_connection_is_transient_and_the_next_unit_of_work_succeeds(
    database_url: str,
) -> None:
    made = Database(database_url, "example")
    await made.start()
    killer = await connect(database_url)

    async def interrupted() -> None:
        async with made.unit_of_work() as unit:
            pid = (await unit.session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
            await killer.execute("SELECT pg_terminate_backend($1)", pid)
            await unit.session.execute(text("SELECT 1"))

    with pytest.raises(TransientError):
        await interrupted()
    async with made.unit_of_work() as unit:
        assert await unit.first_time("someone", "evt_1")
    async with made.unit_of_work() as unit:
        assert not await unit.first_time("someone", "evt_1")
    await killer.close()
    await made.stop()
