"""A conversation's link to the edge over one `Converse` stream."""

import asyncio
from collections.abc import AsyncIterator

from viva.contracts.session.v1 import conversation_pb2 as pb
from viva.platform.errors import TransientError, VivaError
from viva.session.application.live.link import UtteranceToPlay, Welcome
from viva.session.domain.conversation.actions import Need
from viva.session.domain.conversation.progress import Progress
from viva.session.entrypoints import grpc_codec as codec

HEARTBEAT_S = 0.25
_WAITING = 512
_BEAT = pb.ConverseResponse(heartbeat=pb.Heartbeat())


class GrpcLink:
    """What the conversation says, in the order of saying; it never waits for the edge."""

    def __init__(self) -> None:
        self._said: asyncio.Queue[pb.ConverseResponse] = asyncio.Queue(_WAITING)
        self._over = asyncio.Event()
        self._error: VivaError | None = None

    def welcome(self, welcome: Welcome) -> None:
        """The client is attached."""
        self._say(codec.welcome(welcome))

    def durable(self, position: int, fact: int) -> None:
        """Sound and facts up to here may be forgotten."""
        self._say(pb.ConverseResponse(durable=pb.Durable(position=position, fact=fact)))

    def play(self, utterance: UtteranceToPlay) -> None:
        """Play this."""
        self._say(codec.utterance(utterance))

    def flush(self, number: int) -> None:
        """Stop playing this."""
        self._say(pb.ConverseResponse(flush=pb.Flush(utterance=number)))

    def show(self, progress: Progress) -> None:
        """Show this."""
        self._say(codec.shown(progress))

    def ask(self, need: Need) -> None:
        """Tell the candidate that this is needed."""
        self._say(codec.need(need))

    def end(self, reason: str) -> None:
        """The conversation is over."""
        self._say(pb.ConverseResponse(end=pb.End(reason=reason)))
        self._over.set()

    def replaced(self) -> None:
        """A newer connection took over."""
        self._say(pb.ConverseResponse(replaced=pb.Replaced()))
        self._over.set()

    def lost(self) -> None:
        """This replica does not conduct the conversation any more: attach elsewhere."""
        self.refuse(TransientError("the conversation goes on elsewhere", code="moved"))

    def refuse(self, error: VivaError) -> None:
        """Ends the stream with an error."""
        self._error = self._error or error
        self._over.set()

    def close(self) -> None:
        """The edge says nothing more."""
        self._over.set()

    async def responses(self) -> AsyncIterator[pb.ConverseResponse]:
        """What is to be sent, with a heartbeat wherever nothing is; ends with the link.

        Raises:
            VivaError: the link was refused or lost.
        """
        over = asyncio.create_task(self._over.wait())
        try:
            while not (over.done() and self._said.empty()):
                said = asyncio.create_task(self._said.get())
                await asyncio.wait(
                    {said, over}, timeout=HEARTBEAT_S, return_when=asyncio.FIRST_COMPLETED
                )
                if said.done():
                    yield said.result()
                    continue
                said.cancel()
                if not over.done():
                    yield _BEAT
        finally:
            over.cancel()
        if self._error is not None:
            raise self._error

    def _say(self, response: pb.ConverseResponse) -> None:
        try:
            self._said.put_nowait(response)
        except asyncio.QueueFull:
            self.refuse(TransientError("the edge does not keep up", code="edge_slow"))
