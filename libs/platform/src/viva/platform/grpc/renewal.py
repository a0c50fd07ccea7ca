"""A channel that stays open for months while its certificate is renewed every few weeks."""

import asyncio
from collections.abc import Callable
from typing import Any

import grpc

from viva.platform.log import get_logger

log = get_logger(__name__)
_CLOSE_GRACE_S = 30.0  # for the calls that run on the channel before


class RenewedChannel(grpc.aio.Channel):
    """Opens itself anew, for the calls to come, once the files of its credentials have changed.

    gRPC reads a client's credentials when a channel is made and never again: without this a process
    would show an expired certificate some day.

    Args:
        open_one: opens a channel with the files as they are now.
        stamp: tells by another value that they have changed; asked before each call.
    """

    def __init__(
        self, open_one: Callable[[], grpc.aio.Channel], stamp: Callable[[], object]
    ) -> None:
        self._open_one = open_one
        self._stamp = stamp
        # Looked at before they are read: what changes in between is seen by the next call.
        self._seen = stamp()
        self._now = open_one()
        self._closing: set[asyncio.Task[None]] = set()

    def _current(self) -> grpc.aio.Channel:
        try:
            stamp = self._stamp()
            renewed = self._open_one() if stamp != self._seen else None
        except OSError as error:  # amid a change; the next call looks again
            log.warning("renewal_put_off", reason=error.strerror)
            return self._now
        if renewed:
            before, self._now, self._seen = self._now, renewed, stamp
            task = asyncio.create_task(before.close(_CLOSE_GRACE_S), name="grpc-renewal")
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
        return self._now

    def unary_unary(self, *method: Any, **more: Any) -> Any:
        """A method, called on the channel of the moment."""
        return self._method("unary_unary", method, more)

    def unary_stream(self, *method: Any, **more: Any) -> Any:
        """A method, called on the channel of the moment."""
        return self._method("unary_stream", method, more)

    def stream_unary(self, *method: Any, **more: Any) -> Any:
        """A method, called on the channel of the moment."""
        return self._method("stream_unary", method, more)

    def stream_stream(self, *method: Any, **more: Any) -> Any:
        """A method, called on the channel of the moment."""
        return self._method("stream_stream", method, more)

    def _method(self, kind: str, method: Any, more: Any) -> Callable[..., Any]:
        made: tuple[grpc.aio.Channel | None, Any] = None, None

        def call(*arguments: Any, **options: Any) -> Any:
            nonlocal made
            channel = self._current()
            if made[0] is not channel:
                made = channel, getattr(channel, kind)(*method, **more)
            return made[1](*arguments, **options)

        return call

    async def close(self, grace: float | None = None) -> None:
        """Closes it, and those that it was."""
        await asyncio.gather(self._now.close(grace), *self._closing)

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:
        """The state of the channel of the moment."""
        return self._current().get_state(try_to_connect)

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        """Waits for another state of the channel of the moment."""
        await self._current().wait_for_state_change(last_observed_state)

    async def channel_ready(self) -> None:
        """Waits until it is connected."""
        await self._current().channel_ready()

    async def __aenter__(self) -> "RenewedChannel":
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.close()
