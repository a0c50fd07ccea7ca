"""Channels to other services."""

import grpc

from viva.platform.grpc.client import interceptors
from viva.platform.grpc.server import OPTIONS

# Pings only while a call runs, and no faster than the servers' default tolerates.
_KEEPALIVE = [("grpc.keepalive_time_ms", 300_000), ("grpc.keepalive_timeout_ms", 10_000)]
# A replica that comes back is found within about a second.
_RECONNECT = [
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 2_000),
]
_CLOSE_GRACE_S = 2.0


class Channels:
    """One channel a target, made when first asked for, all closed together."""

    def __init__(self) -> None:
        self._channels: dict[str, grpc.aio.Channel] = {}

    def to(self, target: str) -> grpc.aio.Channel:
        """The channel to `host:port`."""
        if target not in self._channels:
            self._channels[target] = open_channel(target)
        return self._channels[target]

    async def start(self) -> None:
        """Channels connect with their first call."""

    async def stop(self) -> None:
        """Closes all."""
        while self._channels:
            _, channel = self._channels.popitem()
            await channel.close(_CLOSE_GRACE_S)


def open_channel(target: str) -> grpc.aio.Channel:
    """Opens a channel with deadlines, retries of idempotent calls, tracing and error mapping."""
    return grpc.aio.insecure_channel(
        target,
        options=[*OPTIONS, *_KEEPALIVE, *_RECONNECT, ("grpc.enable_retries", 0)],
        interceptors=interceptors(),
    )
