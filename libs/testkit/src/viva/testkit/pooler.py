"""A PgBouncer in transaction mode before a test's database, with TLS where it is wanted."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from viva.platform.embedded.broker import free_port, listening
from viva.testkit.authority import Authority

_START_S = 60


def find_pooler() -> str | None:
    """Where PgBouncer is installed, if it is."""
    return shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")


@asynccontextmanager
async def running_pooler(
    program: str, database_url: str, authority: Authority | None = None
) -> AsyncIterator[str]:
    """Runs one with two server connections; gives the URL of the same database behind it.

    Args:
        database_url: of a server that listens on a socket or on TCP.
        authority: whose certificate it shows; then it takes encrypted connections only.
    """
    parts, port = urlsplit(database_url), free_port()
    folder = parse_qs(parts.query).get("host", [parts.hostname or ""])[0]
    with tempfile.TemporaryDirectory(prefix="viva-pgbouncer-") as own:
        configuration = Path(own) / "pgbouncer.ini"
        configuration.write_text(
            f"[databases]\n{parts.path[1:]} = host={folder} port={parts.port or 5432}"
            f" user={parts.username}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
            "auth_type = any\npool_mode = transaction\ndefault_pool_size = 2\n"
            + (_encrypted(Path(own), authority) if authority else "")
        )
        process = _start(program, configuration, Path(folder))
        try:
            async with asyncio.timeout(_START_S):
                while not await listening("127.0.0.1", port):
                    if process.poll() is not None:
                        raise RuntimeError(process.stdout and process.stdout.read().decode())
                    await asyncio.sleep(0.05)
            yield f"postgresql://{parts.username}@127.0.0.1:{port}{parts.path}"
        finally:
            process.terminate()
            process.wait(_START_S)


def _encrypted(folder: Path, authority: Authority) -> str:
    copies = [shutil.copy(authority.file(name), folder) for name in ("key", "own")]
    for copy in copies:
        Path(copy).chmod(0o644)
    return (
        f"client_tls_sslmode = require\nclient_tls_key_file = {copies[0]}\n"
        f"client_tls_cert_file = {copies[1]}\n"
    )


def _start(program: str, configuration: Path, sockets: Path) -> subprocess.Popen[bytes]:
    """Starts it; never as root: then as whoever may open the socket."""
    command = [program, str(configuration)]
    if os.geteuid() == 0:
        command[1:1] = ["-u", sockets.owner()]
        configuration.parent.chmod(0o755)
    return subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
