"""A database that shows a certificate, and URLs that look at it.

The embedded PostgreSQL speaks no TLS: a PgBouncer before it does, and takes nothing else.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from viva.platform.db.connection import connect
from viva.platform.errors import TransientError
from viva.platform.settings import SettingsError
from viva.testkit.authority import Authority
from viva.testkit.pooler import find_pooler, running_pooler


@dataclass(frozen=True)
class Server:
    address: str
    authority: Authority

    def url(self, query: str) -> str:
        return f"{self.address}?{query}"


@pytest.fixture
async def server(database_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    program = find_pooler()
    if program is None:
        pytest.skip("pgbouncer is not installed")
    authority = Authority.make(tmp_path / "pki")
    authority.issue()
    async with running_pooler(program, database_url, authority) as address:
        yield Server(address, authority)


async def answer(url: str) -> int:
    connection = await connect(url, pooler=True)
    try:
        return int(await connection.fetchval("SELECT 1"))
    finally:
        await connection.close()


async def test_the_authority_may_stand_in_the_url(server: Server) -> None:
    root = server.authority.file("ca")
    assert await answer(server.url(f"sslmode=verify-full&sslrootcert={root}")) == 1


async def test_the_authority_may_come_from_the_environment(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGSSLROOTCERT", str(server.authority.file("ca")))
    assert await answer(server.url("sslmode=verify-full")) == 1


async def test_without_tls_nobody_is_let_in(server: Server) -> None:
    with pytest.raises(TransientError):
        await answer(server.url("sslmode=disable"))


@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
async def test_who_is_signed_by_somebody_else_is_refused(
    server: Server, mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGSSLROOTCERT", raising=False)
    with pytest.raises(SettingsError, match=r"VIVA_DATABASE_URL: .*certificate"):
        await connect(server.url(f"sslmode={mode}"))  # the system's authorities
    stranger = Authority.make(tmp_path / "other")
    with pytest.raises(SettingsError, match=r"VIVA_DATABASE_URL: .*certificate"):
        await connect(server.url(f"sslmode={mode}&sslrootcert={stranger.file('ca')}"))


async def test_a_missing_authority_is_named(server: Server, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"sslrootcert: .*nowhere.pem: No such file"):
        await connect(server.url(f"sslmode=verify-full&sslrootcert={tmp_path}/nowhere.pem"))
