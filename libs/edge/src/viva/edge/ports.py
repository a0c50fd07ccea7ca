"""What the edge needs from outside: the client's socket, and session replicas to dial."""

from collections.abc import AsyncIterator
from typing import Protocol

from viva.edge.messages import (
    ClientMessage,
    Downlink,
    SessionAttach,
    SessionMessage,
    Uplink,
)


class ClientGoneError(Exception):
    """The client's connection ended; `args[0]` says how."""


class ProtocolViolationError(Exception):
    """The client said what the protocol does not allow.

    Attributes:
        code: what a program branches on.
        close_code: of the WebSocket.
    """

    def __init__(self, code: str, detail: str, close_code: int = 4400) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.close_code = close_code


class SessionLostError(Exception):
    """No replica, or this one no more; another may do."""


class NoFreeSlotError(SessionLostError):
    """Every replica that answers is full."""


class SessionRefusedError(Exception):
    """The session took a message for one that cannot be.

    Attributes:
        code: what a program branches on.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class InterviewOverError(Exception):
    """The session says that there is nothing to attach to.

    Attributes:
        code: what a program branches on.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class ClientSocket(Protocol):
    """The candidate's connection, decoded."""

    async def receive(self) -> ClientMessage:
        """Waits for the next message.

        Raises:
            ClientGoneError: the connection ended.
            ProtocolViolationError: the message is not of the protocol.
        """

    async def send(self, message: Downlink) -> None:
        """Sends one message; waits while the network takes no more.

        Raises:
            ClientGoneError: the connection ended.
        """

    async def close(self, code: int, reason: str) -> None:
        """Closes the connection; does nothing where it is closed already."""


class SessionStream(Protocol):
    """One attached stream to one replica."""

    @property
    def address(self) -> str:
        """The replica that was dialled."""

    async def send(self, message: Uplink) -> None:
        """Sends one message; waits while the replica takes no more.

        Raises:
            SessionLostError: the stream broke.
        """

    def messages(self) -> AsyncIterator[SessionMessage]:
        """What the replica says, until the stream ends.

        Raises:
            SessionLostError: the stream broke.
            InterviewOverError: the replica refused the interview.
            SessionRefusedError: the replica refused a message.
        """

    async def close(self, *, cancel: bool) -> None:
        """Ends the stream: at once, or after what was sent has arrived."""


class SessionDialler(Protocol):
    """Finds the replica that conducts an interview, and attaches to it."""

    async def dial(self, attach: SessionAttach, avoid: str = "") -> SessionStream:
        """Attaches to the owner, or to a replica with a free slot.

        Args:
            attach: sent first on the stream.
            avoid: an address to try last, since it just failed.

        Raises:
            SessionLostError: no replica can be reached.
            NoFreeSlotError: those that can be reached are full.
        """

    async def has_room(self, interview_id: str) -> bool:
        """Whether a replica conducts the interview or has a free slot for it.

        Raises:
            SessionLostError: no replica can be reached.
            InterviewOverError: there is nothing to attach to.
        """


class LiveConnections(Protocol):
    """Counts what is connected now."""

    def opened(self) -> None:
        """A candidate's connection was admitted."""

    def closed(self, reason: str) -> None:
        """It ended."""

    def reattached(self) -> None:
        """A connection was attached to a session again."""
