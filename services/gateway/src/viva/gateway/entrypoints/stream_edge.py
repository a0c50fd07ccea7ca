"""What the WebSocket route reaches through the app: admission, live connections, drain."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from viva.edge.connection import Connection
from viva.edge.limits import EdgeLimits
from viva.edge.messages import Attach
from viva.edge.ports import (
    ClientSocket,
    LiveConnections,
    ProtocolViolationError,
    SessionDialler,
)
from viva.edge.uplink import Admitted
from viva.gateway.domain.errors import GatewayError, GoneError

CREDENTIAL = 4401
OVER = 4410
RESTARTING = 1012
TRY_AGAIN_LATER = 1013


class AdmittedInterview(Protocol):
    """What a credential stands for."""

    @property
    def interview_id(self) -> str:
        """Of the interview that may be joined."""

    @property
    def attempt(self) -> int:
        """The attempt of it."""


Admit = Callable[[str], Awaitable[AdmittedInterview]]


@dataclass
class CandidateEdge:
    """All candidates' connections of this process.

    Attributes:
        admit_credential: raises a GatewayError where it is refused.
        next_number: a number above all that were given out for connections before.
    """

    admit_credential: Admit
    dialler: SessionDialler
    metrics: LiveConnections
    next_number: Callable[[], int]
    limits: EdgeLimits = field(default_factory=EdgeLimits)
    _live: set[Connection] = field(default_factory=set)
    _draining: bool = False
    _idle: asyncio.Event = field(default_factory=asyncio.Event)

    async def admit(self, attach: Attach, socket: ClientSocket) -> Connection:
        """Checks the credential and makes the connection.

        Raises:
            ProtocolViolationError: with the close code that says why it is refused.
        """
        if self._draining:
            raise ProtocolViolationError("draining", "Connect again, please.", RESTARTING)
        try:
            interview = await self.admit_credential(attach.credential)
        except GoneError as gone:
            raise ProtocolViolationError(gone.code, gone.detail, OVER) from gone
        except GatewayError as refused:
            raise ProtocolViolationError(refused.code, refused.detail, CREDENTIAL) from refused
        admitted = Admitted(interview.interview_id, interview.attempt, self.next_number())
        return Connection(admitted, attach, socket, self.dialler, self.limits, self.metrics)

    async def carry(self, attach: Attach, socket: ClientSocket) -> None:
        """Runs a connection to its end.

        Raises:
            ProtocolViolationError: it is refused.
        """
        connection = await self.admit(attach, socket)
        with self.serving(connection):
            await connection.run()

    @property
    def live(self) -> int:
        """How many candidates are connected."""
        return len(self._live)

    @contextlib.contextmanager
    def serving(self, connection: Connection) -> Iterator[None]:
        """Keeps the connection among the live ones."""
        self._live.add(connection)
        self._idle.clear()
        try:
            yield
        finally:
            self._live.discard(connection)
            if not self._live:
                self._idle.set()

    async def drain(self, timeout_s: float = 10.0) -> None:
        """Sends every client to another gateway, and waits until all are gone."""
        self._draining = True
        for connection in self._live:
            connection.drain()
        if self._live:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    await self._idle.wait()

    def accept_again(self) -> None:
        """Ends a drain."""
        self._draining = False
