"""`viva keys` as an operator runs it."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from viva.gateway.adapters.work import open_work
from viva.gateway.commands import app
from viva.platform.db import Database


def _run(*arguments: str, fails: bool = False) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert (result.exit_code != 0) is fails, result.output
    return result.output


async def _balance(database_url: str, tenant: str) -> int:
    database = Database(database_url, "gateway")
    try:
        async with open_work(database)() as work:
            return (await work.credits.account(tenant)).balance
    finally:
        await database.stop()


def test_keys_from_the_command_line(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIVA_DATABASE_URL", database_url)
    made = _run("create", "CI", "--mode", "test", "--scope", "interviews:write").strip()
    assert made.startswith("viva_test_")
    listed = _run("list")
    assert "CI" in listed
    assert "[interviews:write]" in listed
    assert made not in listed
    key_id = listed.split()[0]
    _run("revoke", key_id)
    assert "revoked" in _run("list", "--tenant", "ten_local")
    assert "There is no API key" in _run("revoke", "key_unknown", fails=True)

    _run("create", "first key", "--tenant", "ten_new", "--credits", "7")
    assert asyncio.run(_balance(database_url, "ten_new")) == 7

    kept = tmp_path / "folder" / "key"
    first = _run("bootstrap", "--file", str(kept), "--credits", "5").strip()
    assert _run("bootstrap", "--file", str(kept)).strip() == first
    assert kept.read_text().strip() == first
    assert kept.stat().st_mode & 0o777 == 0o600
    kept.write_text("viva_live_of_another_database\n")
    second = _run("bootstrap", "--file", str(kept)).strip()
    assert second not in {first, "viva_live_of_another_database"}


def test_without_a_database_it_says_which_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIVA_DATABASE_URL", raising=False)
    assert "VIVA_DATABASE_URL" in _run("list", fails=True)
