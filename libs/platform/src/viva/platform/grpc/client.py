"""What each call of a client gets: deadline, trace, our errors, a retry where it is safe."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool
from opentelemetry.trace import SpanKind

from viva.platform.backoff import Backoff
from viva.platform.grpc.errors import from_rpc_error
from viva.platform.grpc.measuring import Calls
from viva.platform.telemetry import inject, tracer

CALL_TIMEOUT_S = 5.0
STREAM_TIMEOUT_S = 3 * 3600.0  # longer than the longest interview
_RETRIES = 3
_IDEMPOTENT = {
    descriptor_pb2.MethodOptions.IDEMPOTENT,
    descriptor_pb2.MethodOptions.NO_SIDE_EFFECTS,
}


def interceptors() -> Sequence[grpc.aio.ClientInterceptor]:
    """The interceptors of every channel."""
    calls = Calls("client")
    return [_UnaryUnary(calls), _UnaryStream(calls), _StreamUnary(), _StreamStream(calls)]


class _UnaryUnary(grpc.aio.UnaryUnaryClientInterceptor):
    def __init__(self, calls: Calls) -> None:
        self._tracer = tracer("viva.grpc")
        self._calls = calls

    async def intercept_unary_unary(
        self, continuation: Any, details: grpc.aio.ClientCallDetails, request: Any
    ) -> Any:
        """Tries, and tries again while the server is away and the method says that it may."""
        method = _name(details)
        deadline = time.monotonic() + (details.timeout or CALL_TIMEOUT_S)
        backoff = Backoff(first_s=0.05, cap_s=0.5)
        with (
            self._calls.measured(method),
            self._tracer.start_as_current_span(method, kind=SpanKind.CLIENT),
        ):
            while True:
                left_s = deadline - time.monotonic()
                call = await continuation(_prepared(details, max(left_s, 0.001)), request)
                try:
                    await call
                except grpc.aio.AioRpcError as error:
                    wait_s = backoff.next_s()
                    again = (
                        error.code() is grpc.StatusCode.UNAVAILABLE
                        and backoff.tries <= _RETRIES
                        and time.monotonic() + wait_s < deadline
                        and is_idempotent(method)
                    )
                    if not again:
                        raise from_rpc_error(error) from error
                    await asyncio.sleep(wait_s)
                else:
                    return call


class _StreamUnary(grpc.aio.StreamUnaryClientInterceptor):
    async def intercept_stream_unary(
        self, continuation: Any, details: grpc.aio.ClientCallDetails, requests: Any
    ) -> Any:
        """Adds deadline and trace; errors come from awaiting the call, see `mapped_errors`."""
        return await continuation(_prepared(details, details.timeout or STREAM_TIMEOUT_S), requests)


class _UnaryStream(grpc.aio.UnaryStreamClientInterceptor):
    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def intercept_unary_stream(
        self, continuation: Any, details: grpc.aio.ClientCallDetails, request: Any
    ) -> Any:
        """Adds deadline and trace, maps the errors of reading."""
        timeout_s = details.timeout or STREAM_TIMEOUT_S
        call = await continuation(_prepared(details, timeout_s), request)
        return _mapped(self._calls, _name(details), call)


class _StreamStream(grpc.aio.StreamStreamClientInterceptor):
    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def intercept_stream_stream(
        self, continuation: Any, details: grpc.aio.ClientCallDetails, requests: Any
    ) -> Any:
        """Adds deadline and trace, maps the errors of reading."""
        timeout_s = details.timeout or STREAM_TIMEOUT_S
        call = await continuation(_prepared(details, timeout_s), requests)
        return _mapped(self._calls, _name(details), call)


async def _mapped(calls: Calls, method: str, call: Any) -> AsyncIterator[Any]:
    try:
        with calls.measured(method):
            async for response in call:
                yield response
    except grpc.aio.AioRpcError as error:
        raise from_rpc_error(error) from error
    finally:
        if not call.done():
            call.cancel()


def _prepared(details: grpc.aio.ClientCallDetails, timeout_s: float) -> grpc.aio.ClientCallDetails:
    metadata = grpc.aio.Metadata(*(details.metadata or ()))
    for key, value in inject().items():
        metadata.set_all(key, [value])
    return grpc.aio.ClientCallDetails(
        method=details.method,
        timeout=timeout_s,
        metadata=metadata,
        credentials=details.credentials,
        wait_for_ready=details.wait_for_ready,
    )


def is_idempotent(method: str) -> bool:
    """Whether a method's `idempotency_level` option in its proto allows calling it again."""
    service, _, name = method.rpartition("/")
    try:
        found = descriptor_pool.Default().FindServiceByName(service).methods_by_name[name]
    except KeyError:
        return False
    return found.GetOptions().idempotency_level in _IDEMPOTENT


def _name(details: grpc.aio.ClientCallDetails) -> str:
    method = details.method
    return (method.decode() if isinstance(method, bytes) else method).lstrip("/")
