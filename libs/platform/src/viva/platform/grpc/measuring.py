"""How long calls take and how they end, on both sides."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import grpc

from viva.platform.errors import VivaError, treatment
from viva.platform.instruments import REQUEST_S, error_type, seconds
from viva.platform.telemetry import meter

# Streams last as long as conversations.
_BOUNDARIES = (*REQUEST_S, 60, 300, 900, 1800, 3600)


class Calls:
    """Measures `rpc.server.call.duration` or `rpc.client.call.duration`."""

    def __init__(self, side: Literal["server", "client"]) -> None:
        self._took = seconds(
            meter("viva.grpc"),
            f"rpc.{side}.call.duration",
            "Duration of remote procedure calls.",
            _BOUNDARIES,
        )

    @contextmanager
    def measured(self, method: str, context: Any = None) -> Iterator[None]:
        """Records a call that the block makes or serves.

        Args:
            method: `package.Service/Method`.
            context: of a served call, which knows the code that it was aborted with.
        """
        began = time.monotonic()
        try:
            yield
        except BaseException as error:
            code = _code(error, context)
            self._record(began, method, code.name, error_type(error))
            raise
        self._record(began, method, grpc.StatusCode.OK.name, "")

    def _record(self, began: float, method: str, code: str, error: str) -> None:
        attributes = {
            "rpc.system.name": "grpc",
            "rpc.method": method,
            "rpc.response.status_code": code,
        }
        if error:
            attributes["error.type"] = error
        self._took.record(time.monotonic() - began, attributes)


def _code(error: BaseException, context: Any) -> grpc.StatusCode:
    if isinstance(error, asyncio.CancelledError | GeneratorExit):
        return grpc.StatusCode.CANCELLED
    if isinstance(error, grpc.aio.AioRpcError):
        return error.code()
    if isinstance(error, grpc.aio.AbortError) and context is not None:
        found = context.code()
        return found if isinstance(found, grpc.StatusCode) else grpc.StatusCode.UNKNOWN
    return treatment(error).grpc_code if isinstance(error, VivaError) else grpc.StatusCode.INTERNAL
