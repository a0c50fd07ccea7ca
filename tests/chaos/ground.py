"""What services stand on beside the broker: a database that can die, a disk that can be full."""

import asyncio
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil

from viva.platform.embedded.postgres import EmbeddedPostgres
from viva.platform.errors import TransientError

_GONE_S = 5.0
_STARTS = 10


class DyingDatabase:
    """PostgreSQL, with the settings of a server that must not lose anything."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = EmbeddedPostgres(folder)
        self.url = ""

    async def start(self) -> None:
        """Starts it and makes the database."""
        await self._server.start()
        self.url = await self._server.create_database()

    def kill(self) -> None:
        """Ends the server and every process of its connections at once."""
        doomed = self._processes()
        for process in doomed:
            process.kill()
        # The dead are not always taken away at once, and look alive to whoever comes next.
        deadline = time.monotonic() + _GONE_S
        while any(map(_lives, doomed)) and time.monotonic() < deadline:
            time.sleep(0.02)
        for lock in (self._folder / "postmaster.pid", *self._folder.glob(".s.PGSQL.*.lock")):
            lock.unlink(missing_ok=True)

    async def revive(self) -> None:
        """Starts it again; it recovers from its log.

        Raises:
            TransientError: it does not start; its log says why.
        """
        for _ in range(_STARTS):
            try:
                await self._server.start()
            except TransientError:  # a process that was forked as it died is not gone yet
                await asyncio.sleep(1)
            else:
                return
        await self._server.start()

    def freeze(self, *, frozen: bool) -> None:
        """Stops all its processes, or lets them go on."""
        for process in self._processes():
            process.send_signal(signal.SIGSTOP if frozen else signal.SIGCONT)

    async def stop(self) -> None:
        """Ends it."""
        await self._server.stop()

    def _processes(self) -> list[psutil.Process]:
        try:
            pid = int((self._folder / "postmaster.pid").read_text().split()[0])
            postmaster = psutil.Process(pid)
            return [postmaster, *postmaster.children(recursive=True)]
        except (OSError, psutil.NoSuchProcess):
            return []


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


class SmallDisk:
    """A file system of its own for objects; where it may not be mounted, it cannot be filled.

    Attributes:
        real: whether it is one.
    """

    def __init__(self, folder: Path, size_mib: int = 400) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        mount = shutil.which("mount")
        arguments = ("-t", "tmpfs", "-o", f"size={size_mib}m", "viva-chaos", str(folder))
        done = mount and subprocess.run([mount, *arguments], check=False, capture_output=True)
        self.real = bool(done) and done.returncode == 0  # type: ignore[union-attr]

    async def fill(self) -> None:
        """Leaves no byte free."""
        await asyncio.to_thread(self._fill)

    def clear(self) -> None:
        """Gives the room back."""
        (self.folder / "filler").unlink(missing_ok=True)

    def stop(self) -> None:
        """Unmounts it."""
        if self.real:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=False)

    def _fill(self) -> None:
        with (self.folder / "filler").open("ab", buffering=0) as filler:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        filler.write(bytes(size))
                except OSError:
                    continue
