"""One worker process and the socket to it: started, watched, and started again when it dies."""

import asyncio
import contextlib
import socket
import sys
from collections.abc import Callable

from viva.platform.backoff import Backoff
from viva.platform.errors import TransientError
from viva.platform.log import get_logger
from viva.telephony.adapters.sip import wire
from viva.telephony.adapters.sip.config import SipConfig
from viva.telephony.adapters.sip.wire import Kind, Wired

_START_S = 60.0
_SILENT_S = 10.0
"""A worker speaks every second; one that does not for this long hangs and is killed."""
_STOP_S = 5.0
_STEADY_S = 30.0
_log = get_logger(__name__)


class WorkerLink:
    """Keeps a worker running until stopped.

    Args:
        received: told each message but those of the worker's own life.
        lost: told that the worker died with all its legs.
    """

    def __init__(
        self, config: SipConfig, received: Callable[[Wired], None], lost: Callable[[], None]
    ) -> None:
        self._config = config
        self._received = received
        self._lost = lost
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self.ready = False

    @property
    def pid(self) -> int | None:
        """The worker's process id while it runs."""
        return self._process.pid if self._process else None

    def send(self, message: bytes) -> None:
        """Sends to the worker; nothing happens where it is gone, since its legs are, too."""
        if self._writer is not None:
            self._writer.write(message)

    async def start(self) -> None:
        """Returns when the worker listens.

        Raises:
            TransientError: it could not start; the reason is told.
        """
        reader = await self._spawn()
        self._supervisor = asyncio.create_task(self._supervise(reader))

    async def stop(self) -> None:
        """Lets the worker say goodbye on its legs and end; kills it where it does not."""
        supervisor, self._supervisor = self._supervisor, None
        process = self._process
        if process is not None:
            self.ready = False
            self.send(wire.packed(Kind.STOP))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), _STOP_S)
        if supervisor is not None:
            supervisor.cancel()
            await asyncio.gather(supervisor, return_exceptions=True)
        await self._discard()

    async def _supervise(self, reader: asyncio.StreamReader) -> None:
        backoff = Backoff(0.2, 15.0)
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            reason = await self._serve(reader)
            if self._supervisor is None:
                return
            _log.error("sip_worker_died", trunk=self._config.name, pid=self.pid, reason=reason)
            await self._discard()
            self._lost()
            if loop.time() - began > _STEADY_S:
                backoff.reset()
            reader = await self._spawn_at_last(backoff)
            _log.info("sip_worker_restarted", trunk=self._config.name, pid=self.pid)

    async def _spawn_at_last(self, backoff: Backoff) -> asyncio.StreamReader:
        while True:
            await asyncio.sleep(backoff.next_s())
            try:
                return await self._spawn()
            except (TransientError, OSError) as error:
                _log.error("sip_worker_failed", trunk=self._config.name, reason=str(error))

    async def _serve(self, reader: asyncio.StreamReader) -> str:
        """Passes messages on until the worker is gone; returns why."""
        while True:
            try:
                async with asyncio.timeout(_SILENT_S):
                    message = await wire.read(reader)
            except TimeoutError:
                return f"silent for {_SILENT_S:g} s"
            except ValueError as error:
                return str(error)
            if message is None:
                return "its socket closed"
            if message.kind is not Kind.ALIVE:
                self._received(message)

    async def _spawn(self) -> asyncio.StreamReader:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "viva.telephony.adapters.sip.worker"),
                str(theirs.fileno()),
                pass_fds=(theirs.fileno(),),
            )
        reader, self._writer = await asyncio.open_connection(sock=ours)
        self.send(wire.packed_map(Kind.CONFIGURE, wire.TRUNK, self._config.fields()))
        try:
            async with asyncio.timeout(_START_S):
                message = await wire.read(reader)
        except TimeoutError:
            message = None
        if message is None or message.kind is not Kind.READY:
            await self._discard()
            broken = message is not None and message.kind is Kind.BROKEN
            reason = message.json()["reason"] if message and broken else "it ended"
            raise TransientError(f"trunk {self._config.name}: the SIP worker: {reason}")
        self.ready = True
        return reader

    async def _discard(self) -> None:
        """Ends what is left of the worker."""
        self.ready = False
        writer, self._writer = self._writer, None
        process, self._process = self._process, None
        if writer is not None:
            writer.close()
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
