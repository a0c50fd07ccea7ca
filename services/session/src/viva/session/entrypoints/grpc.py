"""The conversation's gRPC service."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import grpc

from viva.contracts.session.v1 import conversation_pb2 as pb
from viva.contracts.session.v1.conversation_pb2_grpc import ConversationServiceServicer
from viva.platform.errors import InvalidError, VivaError
from viva.session.application.live.conductor import Conductor
from viva.session.application.live.conversations import Conversations
from viva.session.entrypoints.grpc_codec import attach_of, message_of
from viva.session.entrypoints.grpc_link import GrpcLink

_ATTACH_S = 10.0

Context = grpc.aio.ServicerContext[pb.ConverseRequest, pb.ConverseResponse]
LocateContext = grpc.aio.ServicerContext[pb.LocateRequest, pb.LocateResponse]


class ConversationServicer(ConversationServiceServicer):
    """Decodes, hands over, maps; the server's interceptor maps errors."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations

    async def Locate(
        self,
        request: pb.LocateRequest,
        context: LocateContext,
    ) -> pb.LocateResponse:
        """Names the replica that conducts the interview, or those with free slots."""
        if not request.interview_id:
            raise InvalidError("no interview is named", code="interview_missing")
        addresses, owned = await self._conversations.locate(request.interview_id)
        return pb.LocateResponse(addresses=addresses, owned=owned)

    async def Converse(
        self,
        request: AsyncIterator[pb.ConverseRequest],
        context: Context,
    ) -> AsyncIterator[pb.ConverseResponse]:
        """One connection of an edge."""
        requests = aiter(request)
        attach = attach_of(await _first(requests))
        link = GrpcLink()
        conductor = await self._conversations.attach(attach, link)
        reading = asyncio.create_task(_read(requests, conductor, link))
        try:
            async for response in link.responses():
                yield response
        finally:
            conductor.detach(link, "stream ended")
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading


async def _first(requests: AsyncIterator[pb.ConverseRequest]) -> pb.ConverseRequest:
    try:
        async with asyncio.timeout(_ATTACH_S):
            return await anext(requests)
    except (TimeoutError, StopAsyncIteration):
        raise InvalidError("no attach came", code="attach_missing") from None


async def _read(
    requests: AsyncIterator[pb.ConverseRequest], conductor: Conductor, link: GrpcLink
) -> None:
    try:
        async for request in requests:
            message = message_of(request)
            if message is not None:
                await conductor.tell(link, message)
    except VivaError as error:
        link.refuse(error)
    else:
        link.close()
