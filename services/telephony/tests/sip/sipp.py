"""sipp as the trunk: an independent implementation at the other end."""

import asyncio
import contextlib
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.telephony.tests.conformance.line_sip import free_port

SCENARIOS = Path(__file__).parent / "scenarios"


@contextlib.asynccontextmanager
async def sipp(
    scenario: str, folder: Path, *arguments: str, status: str = ""
) -> AsyncIterator[int]:
    """Runs sipp for one call; gives its port. `status` is what the scenario refuses with."""
    program = shutil.which("sipp")
    if program is None:
        pytest.skip("sipp is not installed (deploy/dev/system-packages)")
    script = folder / scenario
    # sipp takes no keyword where a status stands.
    script.write_text((SCENARIOS / scenario).read_text().replace("STATUS", status))
    port, media = free_port(), free_port() // 2 * 2
    process = await asyncio.create_subprocess_exec(
        program,
        *("-sf", str(script), "-i", "127.0.0.1", "-p", str(port)),
        *("-mi", "127.0.0.1", "-mp", str(media), "-m", "1", "-nostdin", "-timeout", "90"),
        *arguments,
        cwd=folder,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _bound(port)
        yield port
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _bound(port: int) -> None:
    """Returns when somebody has the UDP port."""
    async with asyncio.timeout(60):
        while _is_free(port):  # noqa: ASYNC110 - sipp does not tell when it listens
            await asyncio.sleep(0.02)


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
