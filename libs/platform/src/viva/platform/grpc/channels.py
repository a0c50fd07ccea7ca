"""Channels to other services."""

from collections.abc import Sequence
from typing import Any

import grpc

from viva.platform.grpc.client import interceptors
from viva.platform.grpc.renewal import RenewedChannel
from viva.platform.grpc.server import OPTIONS
from viva.platform.grpc.tls import GrpcTls

# Pings only while a call runs, and no faster than the servers' default tolerates.
_KEEPALIVE = [("grpc.keepalive_time_ms", 300_000), ("grpc.keepalive_timeout_ms", 10_000)]
# A replica that comes back is found within about a second.
_RECONNECT = [
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 2_000),
]
# Several addresses, as `dns:///name:port` of a service without a cluster address or a list of them
# (`ipv4:...`): calls go round all, so that one that is frozen does not take every call. Servers end
# connections now and then, so that new addresses are noticed.
_SPREAD = [("grpc.lb_policy_name", "round_robin")]
_SEVERAL = ("dns:", "ipv4:", "ipv6:")
_CLOSE_GRACE_S = 2.0


class Channels:
    """One channel a target, made when first asked for, all closed together."""

    def __init__(self, tls: GrpcTls | None = None) -> None:
        self._tls = tls
        self._channels: dict[str, grpc.aio.Channel] = {}

    def to(self, target: str) -> grpc.aio.Channel:
        """The channel to `host:port`."""
        if target not in self._channels:
            self._channels[target] = open_channel(target, self._tls)
        return self._channels[target]

    async def start(self) -> None:
        """Channels connect with their first call."""

    async def stop(self) -> None:
        """Closes all."""
        while self._channels:
            _, channel = self._channels.popitem()
            await channel.close(_CLOSE_GRACE_S)


def open_channel(target: str, tls: GrpcTls | None = None) -> grpc.aio.Channel:
    """Opens a channel with deadlines, retries of idempotent calls, tracing and error mapping."""
    options = [*OPTIONS, *_KEEPALIVE, *_RECONNECT, ("grpc.enable_retries", 0)]
    return open_plain_channel(target, options, tls, interceptors())


def open_plain_channel(
    target: str,
    options: Sequence[tuple[str, Any]],
    tls: GrpcTls | None,
    interceptors: Sequence[grpc.aio.ClientInterceptor] = (),
) -> grpc.aio.Channel:
    """Opens a channel with nothing but these options; encrypted where the services are.

    An encrypted one takes up renewed certificates with the next call.
    """
    options = [*options, *(_SPREAD if target.startswith(_SEVERAL) else [])]
    if tls is None:
        return grpc.aio.insecure_channel(target, options=options, interceptors=list(interceptors))
    return RenewedChannel(
        lambda: grpc.aio.secure_channel(
            target,
            tls.client(),
            options=[*options, *tls.channel_options()],
            interceptors=list(interceptors),
        ),
        tls.stamp,
    )
