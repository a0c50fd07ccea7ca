"""Session replicas over gRPC: `Locate` names them, and each is dialled by its own address."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable

import grpc

from viva.contracts.session.v1 import conversation_pb2 as pb
from viva.contracts.session.v1.conversation_pb2_grpc import ConversationServiceStub
from viva.edge.mapping import attach_request, request, session_message
from viva.edge.messages import SessionAttach, SessionMessage, Uplink
from viva.edge.ports import (
    InterviewOverError,
    NoFreeSlotError,
    SessionLostError,
    SessionRefusedError,
)
from viva.platform.errors import BackpressureError, DomainError, InvalidError, NotFoundError
from viva.platform.grpc.channels import open_plain_channel
from viva.platform.grpc.errors import from_rpc_error
from viva.platform.grpc.tls import GrpcTls

OPTIONS = (
    # A replica that came back on its old address must be reached at once, whatever others saw.
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
    ("grpc.max_receive_message_length", 32 * 2**20),
)
LOCATE_TIMEOUT_S = 1.5
CLOSE_TIMEOUT_S = 1.0

OpenChannel = Callable[[str], grpc.aio.Channel]
_Call = grpc.aio.StreamStreamCall[pb.ConverseRequest, pb.ConverseResponse]


def insecure_channel(address: str) -> grpc.aio.Channel:
    """A plain channel to one replica."""
    return open_plain_channel(address, OPTIONS, None)


def channels(tls: GrpcTls | None) -> OpenChannel:
    """Opens channels to replicas, encrypted where the services are."""
    return lambda address: open_plain_channel(address, OPTIONS, tls)


class GrpcSessionStream:
    """One `Converse` call, and the channel that it runs on."""

    def __init__(self, address: str, channel: grpc.aio.Channel, call: _Call) -> None:
        self._address = address
        self._channel = channel
        self._call = call

    @property
    def address(self) -> str:
        """The replica that was dialled."""
        return self._address

    async def send(self, message: Uplink) -> None:
        """Sends one message.

        Raises:
            SessionLostError: the call is over.
        """
        await _write(self._call, request(message))

    async def messages(self) -> AsyncIterator[SessionMessage]:
        """What the replica says, until it ends the call.

        Raises:
            SessionLostError: the call broke.
            InterviewOverError: the replica refused the interview.
        """
        try:
            async for heard in self._call:
                if message := session_message(heard):
                    yield message
        except grpc.aio.AioRpcError as error:
            raise _error_of(error) from error

    async def close(self, *, cancel: bool) -> None:
        """Ends the call: at once, or when the replica has read what was sent."""
        with contextlib.suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError, TimeoutError):
            # A write that was cancelled has ended the call already, and waiting for it would raise.
            if not cancel and not self._call.done():
                async with asyncio.timeout(CLOSE_TIMEOUT_S):
                    await self._call.done_writing()
                    await self._call.wait_for_connection()
                    await self._call.code()
        self._call.cancel()
        await self._channel.close()


class SessionLocator:
    """The channel that asks any replica where an interview is; a part, closed with its service."""

    def __init__(self, target: str, open_channel: OpenChannel = insecure_channel) -> None:
        self.channel = open_channel(target)

    async def start(self) -> None:
        """It connects with its first call."""

    async def stop(self) -> None:
        """Closes it."""
        await self.channel.close(1.0)


class GrpcSessionDialler:
    """Finds and dials the replica of an interview.

    Args:
        locator: a channel to any replica, for `Locate`.
        open_channel: opens a channel to one address; each stream owns its own.
    """

    def __init__(
        self, locator: grpc.aio.Channel, open_channel: OpenChannel = insecure_channel
    ) -> None:
        self._stub = ConversationServiceStub(locator)
        self._open_channel = open_channel

    async def dial(self, attach: SessionAttach, avoid: str = "") -> GrpcSessionStream:
        """Attaches to the first replica that can be reached, `avoid` last.

        Raises:
            SessionLostError: none can be reached.
            NoFreeSlotError: no replica has a free slot.
        """
        addresses = await self._locate(attach.interview_id)
        if not addresses:
            raise NoFreeSlotError("no replica has a free slot")
        lost = SessionLostError("no replica can be reached")
        for address in _best_first(addresses, avoid):
            try:
                return await self._attach(address, attach)
            except SessionLostError as error:
                lost = error
        raise lost

    async def has_room(self, interview_id: str) -> bool:
        """Whether a replica conducts the interview or has a free slot for it."""
        return bool(await self._locate(interview_id))

    async def _locate(self, interview_id: str) -> list[str]:
        try:
            found = await self._stub.Locate(
                pb.LocateRequest(interview_id=interview_id), timeout=LOCATE_TIMEOUT_S
            )
        except grpc.aio.AioRpcError as error:
            raise _error_of(error) from error
        return list(found.addresses)

    async def _attach(self, address: str, attach: SessionAttach) -> GrpcSessionStream:
        channel = self._open_channel(address)
        try:
            call = ConversationServiceStub(channel).Converse()
            async with asyncio.timeout(LOCATE_TIMEOUT_S):
                await _write(call, attach_request(attach))
        except BaseException as error:
            await channel.close()
            if isinstance(error, TimeoutError):
                raise SessionLostError(address) from error
            raise
        return GrpcSessionStream(address, channel, call)


async def _write(call: _Call, message: pb.ConverseRequest) -> None:
    try:
        await call.write(message)
    except grpc.aio.AioRpcError as error:
        raise _error_of(error) from error
    except asyncio.InvalidStateError as error:
        raise _error_of(await _outcome(call)) from error


async def _outcome(call: _Call) -> grpc.aio.AioRpcError:
    """How a call ended that takes no more messages."""
    return grpc.aio.AioRpcError(
        await call.code(),
        await call.initial_metadata(),
        await call.trailing_metadata(),
        await call.details(),
    )


def _best_first(addresses: Iterable[str], avoid: str) -> list[str]:
    return sorted(dict.fromkeys(addresses), key=lambda address: address == avoid)


def _error_of(error: grpc.aio.AioRpcError) -> Exception:
    match from_rpc_error(error):
        case BackpressureError() as full:
            return NoFreeSlotError(full.detail)
        case InvalidError() as refused:
            return SessionRefusedError(refused.code, refused.detail)
        case NotFoundError():
            return InterviewOverError("interview_unknown", "The session knows no such interview.")
        case DomainError(code="interview_not_ready") as early:
            return SessionLostError(early.detail)
        case DomainError():
            return InterviewOverError("interview_over", "The interview is over.")
        case other:
            return SessionLostError(other.detail)
