"""The HTTP port of a service: health, and the service's own application behind it."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator

import uvicorn
from opentelemetry.trace import SpanKind, Status, StatusCode
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from viva.platform.errors import TransientError
from viva.platform.health import Health
from viva.platform.instruments import Attributes, seconds
from viva.platform.telemetry import SCRAPE_TYPE, exposition, extract, meter, tracer

_SERVER_ERROR = 500
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"}
# Whoever comes through a proxy is not the scraper beside us.
_FORWARDED = {b"forwarded", b"x-forwarded-for", b"via"}


class HttpServer:
    """Serves health and `/metrics` from the first moment, the application once all is started."""

    def __init__(self, host: str, port: int, health: Health) -> None:
        self._host = host
        self._port = port
        self._app = _Front(health)
        self._server: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port that it listens on; the real one where 0 was asked for."""
        return self._port

    def mount(self, app: ASGIApp) -> None:
        """Sets the application for every other path. Its lifespan is not run: use parts."""
        self._app.inner = app

    async def start(self) -> None:
        """Listens.

        Raises:
            TransientError: the port is taken.
        """
        try:
            listener = _listen(self._host, self._port)
        except OSError as error:
            raise TransientError(
                f"cannot listen on {self._host}:{self._port}: {error.strerror}", code="port_taken"
            ) from error
        self._port = listener.getsockname()[1]
        config = uvicorn.Config(
            self._app,
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=3,
            ws_max_size=1 << 20,
            ws_per_message_deflate=False,
            server_header=False,
        )
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))

    async def stop(self) -> None:
        """Takes no new connections, lets running requests end, closes."""
        if self._server is None or self._serving is None:
            return
        self._server.should_exit = True
        await asyncio.wait([self._serving])
        self._server = self._serving = None


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to `run`, which stops more than this server."""
        yield


class _Front:
    """The outermost ASGI application."""

    def __init__(self, health: Health) -> None:
        self.inner: ASGIApp | None = None
        self._health = health
        self._tracer = tracer("viva.http")
        meters = meter("viva.http")
        self._took = seconds(
            meters, "http.server.request.duration", "Duration of HTTP server requests."
        )
        self._active = meters.create_up_down_counter(
            "http.server.active_requests",
            unit="{request}",
            description="Number of active HTTP server requests.",
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in {"/livez", "/readyz"}:
            await self._answer_health(scope["path"])(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == "/metrics":
            await (await _answer_scrape(scope))(scope, receive, send)
        elif self.inner is None or not self._health.started:
            await self._refuse(scope, receive, send)
        elif scope["type"] == "http":
            await self._traced(self.inner, scope, receive, send)
        else:
            await self.inner(scope, receive, send)

    def _answer_health(self, path: str) -> JSONResponse:
        if path == "/livez":
            live = self._health.live
            return JSONResponse({"live": live}, 200 if live else 503)
        return JSONResponse(self._health.body(), 200 if self._health.ready else 503)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1013})
            return
        status = 404 if self.inner is None else 503
        title = "Not found" if status == 404 else "Starting"
        body = {"type": "about:blank", "title": title, "status": status}
        await JSONResponse(body, status, media_type="application/problem+json")(
            scope, receive, send
        )

    async def _traced(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {
            key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]
        }
        method = scope["method"]
        status, began = _SERVER_ERROR, time.monotonic()
        same = {"http.request.method": method if method in _METHODS else "_OTHER"}
        same |= {"url.scheme": scope["scheme"]}
        self._active.add(1, same)
        with self._tracer.start_as_current_span(
            method, context=extract(headers), kind=SpanKind.SERVER
        ) as span:
            span.set_attribute("http.request.method", method)

            async def noting_send(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= _SERVER_ERROR:
                        span.set_status(Status(StatusCode.ERROR))
                await send(message)

            try:
                await app(scope, receive, noting_send)
            finally:
                self._active.add(-1, same)
                route = getattr(scope.get("route"), "path", None)
                if route:
                    span.update_name(f"{method} {route}")
                    span.set_attribute("http.route", route)
                self._took.record(time.monotonic() - began, _attributes(same, route, status))


async def _answer_scrape(scope: Scope) -> Response:
    if any(name in _FORWARDED for name, _ in scope["headers"]):
        return Response(status_code=404)
    body = await asyncio.to_thread(exposition)
    return Response(status_code=404) if body is None else Response(body, media_type=SCRAPE_TYPE)


def _attributes(same: Attributes, route: str | None, status: int) -> Attributes:
    attributes = {**same, "http.response.status_code": status}
    if route:
        attributes["http.route"] = route
    if status >= _SERVER_ERROR:
        attributes["error.type"] = str(status)
    return attributes


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener
