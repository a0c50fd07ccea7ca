"""A role and a schema a service; PgBouncer in transaction mode in between."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest
from sqlalchemy import text

from viva.platform.db import Database
from viva.platform.db.connection import connect
from viva.platform.db.roles import roles_script
from viva.platform.embedded.broker import free_port, listening


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


def start_pooler(program: str, configuration: Path, sockets: Path) -> subprocess.Popen[bytes]:
    """Starts PgBouncer, which never runs as root: then as whoever may open the socket."""
    command = [program, str(configuration)]
    if os.geteuid() == 0:
        command[1:1] = ["-u", sockets.owner()]
        configuration.parent.chmod(0o755)
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.fixture
async def pooler_url(database_url: str) -> AsyncIterator[str]:
    """A PgBouncer with two server connections before the fresh database."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        pytest.skip("pgbouncer is not installed")
    parts, port = urlsplit(database_url), free_port()
    folder = parse_qs(parts.query).get("host", [parts.hostname or ""])[0]
    user = parts.username
    own = tempfile.TemporaryDirectory(prefix="viva-pgbouncer-")
    configuration = Path(own.name) / "pgbouncer.ini"
    configuration.write_text(
        f"[databases]\n{parts.path[1:]} = host={folder} port={parts.port or 5432} user={user}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        "auth_type = any\npool_mode = transaction\ndefault_pool_size = 2\n"
    )
    process = start_pooler(program, configuration, Path(folder))
    async with asyncio.timeout(10):
        while not await listening("127.0.0.1", port):
            assert process.poll() is None, process.stdout and process.stdout.read().decode()
            await asyncio.sleep(0.05)
    yield f"postgresql://{user}@127.0.0.1:{port}{parts.path}"
    process.terminate()
    process.wait(10)
    own.cleanup()


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
