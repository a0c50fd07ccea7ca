"""The gRPC port of a service."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from opentelemetry.trace import SpanKind

from viva.platform.errors import TransientError, treatment
from viva.platform.grpc.errors import DETAILS_KEY, to_status
from viva.platform.grpc.measuring import Calls
from viva.platform.grpc.tls import GrpcTls
from viva.platform.health import Health
from viva.platform.log import get_logger
from viva.platform.telemetry import extract, resumed, tracer

_log = get_logger(__name__)
MAX_MESSAGE_BYTES = 16 * 1024 * 1024
OPTIONS = [
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
]
# A client that connects again finds replicas that came later. Running calls, however long, go on.
_CONNECTION_AGE = ("grpc.max_connection_age_ms", 120_000)
_STOP_GRACE_S = 5.0


class GrpcServer:
    """Serves what is added, and `grpc.health.v1.Health`."""

    def __init__(self, host: str, port: int, health: Health, tls: GrpcTls | None = None) -> None:
        self._host = host
        self._port = port
        self._tls = tls
        self._health = health
        self._registrations: list[Callable[[grpc.aio.Server], None]] = []
        self._server: grpc.aio.Server | None = None

    @property
    def port(self) -> int:
        """The port that it listens on; the real one where 0 was asked for."""
        return self._port

    def add(self, register: Callable[[grpc.aio.Server], None]) -> None:
        """Registers a servicer: `add(lambda server: add_XServicer_to_server(servicer, server))`."""
        self._registrations.append(register)

    async def start(self) -> None:
        """Listens.

        Raises:
            TransientError: the port is taken.
        """
        # No port sharing: a second service on the same port must fail, not share the calls.
        options = [*OPTIONS, _CONNECTION_AGE, ("grpc.so_reuseport", 0)]
        server = grpc.aio.server(interceptors=[_Interceptor()], options=options)
        health_pb2_grpc.add_HealthServicer_to_server(_HealthServicer(self._health), server)
        for register in self._registrations:
            register(server)
        try:
            self._port = self._listen(server, f"{self._host}:{self._port}")
        except RuntimeError as error:
            raise TransientError(
                f"cannot listen on {self._host}:{self._port}", code="port_taken"
            ) from error
        self._server = server
        await server.start()

    def _listen(self, server: grpc.aio.Server, address: str) -> int:
        if self._tls is None:
            return server.add_insecure_port(address)
        return server.add_secure_port(address, self._tls.server())

    async def stop(self) -> None:
        """Refuses new calls, gives running ones a few seconds, ends them."""
        server, self._server = self._server, None
        if server:
            await server.stop(_STOP_GRACE_S)


class _HealthServicer(health_pb2_grpc.HealthServicer):  # type: ignore[misc]
    def __init__(self, health: Health) -> None:
        self._health = health

    async def Check(  # noqa: N802
        self,
        request: health_pb2.HealthCheckRequest,  # noqa: ARG002
        context: grpc.aio.ServicerContext[Any, Any],  # noqa: ARG002
    ) -> health_pb2.HealthCheckResponse:
        """Serving while ready; every service of this port is the same."""
        serving = health_pb2.HealthCheckResponse.SERVING
        refusing = health_pb2.HealthCheckResponse.NOT_SERVING
        return health_pb2.HealthCheckResponse(status=serving if self._health.ready else refusing)


class _Interceptor(grpc.aio.ServerInterceptor):
    """A span and a measurement for each call, and the error table at its end."""

    def __init__(self) -> None:
        self._tracer = tracer("viva.grpc")
        self._calls = Calls("server")

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        details: grpc.HandlerCallDetails,
    ) -> Any:
        """Wraps the handler's behaviour, whichever of the four kinds it is."""
        handler = await continuation(details)
        if handler is None:
            return handler
        method = details.method.lstrip("/")
        if handler.unary_unary:
            return grpc.unary_unary_rpc_method_handler(
                self._awaited(method, handler.unary_unary, spanned=True), *_codec(handler)
            )
        if handler.stream_unary:
            return grpc.stream_unary_rpc_method_handler(
                self._awaited(method, handler.stream_unary, spanned=False), *_codec(handler)
            )
        if handler.unary_stream:
            return grpc.unary_stream_rpc_method_handler(
                self._streamed(method, handler.unary_stream), *_codec(handler)
            )
        return grpc.stream_stream_rpc_method_handler(
            self._streamed(method, handler.stream_stream), *_codec(handler)
        )

    def _awaited(self, method: str, behaviour: Any, *, spanned: bool) -> Any:
        async def call(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
            try:
                with self._calls.measured(method, context):
                    if not spanned:
                        with resumed(_carrier(context).get("traceparent")):
                            return await behaviour(request, context)
                    with self._tracer.start_as_current_span(
                        method, context=extract(_carrier(context)), kind=SpanKind.SERVER
                    ):
                        return await behaviour(request, context)
            except grpc.aio.AbortError:
                raise
            except Exception as error:
                await _abort(context, method, error)

        return call

    def _streamed(self, method: str, behaviour: Any) -> Any:
        """Streams last as long as a conversation: no span of their own, only its context."""
        if not inspect.isasyncgenfunction(behaviour):
            return self._awaited(method, behaviour, spanned=False)

        async def call(
            request: Any, context: grpc.aio.ServicerContext[Any, Any]
        ) -> AsyncIterator[Any]:
            try:
                with (
                    self._calls.measured(method, context),
                    resumed(_carrier(context).get("traceparent")),
                ):
                    async for response in behaviour(request, context):
                        yield response
            except grpc.aio.AbortError:
                raise
            except Exception as error:
                await _abort(context, method, error)

        return call


async def _abort(
    context: grpc.aio.ServicerContext[Any, Any], method: str, error: Exception
) -> None:
    treated = treatment(error)
    unexpected = treated.grpc_code is grpc.StatusCode.INTERNAL
    _log.log(
        treated.log_level,
        "call_failed",
        method=method,
        code=getattr(error, "code", type(error).__name__),
        exc_info=error if unexpected else None,
    )
    status = to_status(error)
    trailing = ((DETAILS_KEY, status.SerializeToString()),)
    await context.abort(treated.grpc_code, status.message, trailing)


def _carrier(context: grpc.aio.ServicerContext[Any, Any]) -> dict[str, str]:
    metadata = context.invocation_metadata() or ()
    return {str(key): value for key, value in metadata if isinstance(value, str)}


def _codec(handler: Any) -> tuple[Any, Any]:
    return handler.request_deserializer, handler.response_serializer
