"""The bounded queue towards a client."""

import asyncio
from collections import deque
from typing import Never

from viva.edge.messages import Downlink, Durable, Progress, Pulse, Utterance
from viva.edge.ports import ClientSocket

MESSAGE_COST_BYTES = 512


class SendQueue:
    """What waits to be sent; the latest `Durable`, `Progress` and `Pulse` replace older ones.

    Args:
        limit_bytes: a client that is this far behind is dropped.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._waiting: deque[Downlink] = deque()
        self._size_bytes = 0
        self._discarding = False
        self._overflowed = asyncio.Event()
        self._changed = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()

    def put(self, message: Downlink) -> None:
        """Queues a message; nothing more once the client is too far behind."""
        if self._discarding or (isinstance(message, Pulse) and self._waiting):
            return
        if isinstance(message, (Durable, Progress)) and self._replace_last(message):
            return
        self._waiting.append(message)
        self._size_bytes += _cost(message)
        self._empty.clear()
        self._changed.set()
        if self._size_bytes > self._limit_bytes:
            self.discard()
            self._overflowed.set()

    async def overflowed(self) -> None:
        """Waits until the client is too far behind."""
        await self._overflowed.wait()

    async def drain(self, socket: ClientSocket) -> Never:
        """Sends what is queued, for ever.

        Raises:
            ClientGoneError: the connection ended.
        """
        while True:
            while self._waiting:
                message = self._waiting.popleft()
                self._size_bytes -= _cost(message)
                await socket.send(message)
            self._empty.set()
            self._changed.clear()
            await self._changed.wait()

    def discard(self) -> None:
        """Takes nothing more: the client is gone."""
        self._discarding = True
        self._waiting.clear()

    async def emptied(self) -> None:
        """Waits until everything that was queued is sent."""
        await self._empty.wait()

    def _replace_last(self, message: Downlink) -> bool:
        if not self._waiting or type(self._waiting[-1]) is not type(message):
            return False
        self._waiting[-1] = message
        return True


def _cost(message: Downlink) -> int:
    return MESSAGE_COST_BYTES + (len(message.pcm) if isinstance(message, Utterance) else 0)
