"""The outermost layer of the API: request ids, body limits, security headers, the last catch."""

import asyncio
import contextlib
import re
import time
from collections.abc import Callable

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from viva.gateway.entrypoints.problems import problem
from viva.platform.ids import new_id
from viva.platform.log import get_logger

_REQUEST_ID = re.compile(r"^[A-Za-z0-9_.-]{1,64}$")
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_CSV = ".csv"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_log = get_logger(__name__)


class Guard:
    """Wraps the app.

    Args:
        max_body_bytes: of requests to the API.
        secure: whether the public URL is HTTPS.
    """

    def __init__(self, app: ASGIApp, *, max_body_bytes: int, secure: bool) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._headers = dict(_HEADERS)
        if secure:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = _request_id(headers)
        scope.setdefault("state", {})["request_id"] = request_id
        answer = _Answer(scope, send, request_id, self._headers)
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._serve(scope, receive, headers, answer)
            except Exception:
                _log.exception("request_crashed", method=scope["method"])
                if not answer.complete:
                    raise
            _log.info("request", **answer.line())

    async def _serve(
        self, scope: Scope, receive: Receive, headers: Headers, answer: "_Answer"
    ) -> None:
        refusal = _refusal(scope, headers, self._max_body_bytes)
        if refusal:
            await answer.refuse(receive, *refusal)
            return
        limit = self._max_body_bytes if _is_api(scope) else None
        await self._app(scope, _limited(receive, limit) if limit else receive, answer)


class _Answer:
    """Sends the answer with the headers that every answer has, and remembers its status."""

    def __init__(self, scope: Scope, send: Send, request_id: str, headers: dict[str, str]) -> None:
        self._scope = scope
        self._send = send
        self._request_id = request_id
        self._headers = headers
        self._began = time.perf_counter()
        self.status = 0
        self.complete = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self._request_id
            for name, value in self._scope["state"].get("rate_limit_headers", {}).items():
                headers[name] = value
            for name, value in self._headers.items():
                headers.setdefault(name, value)
        await self._send(message)
        if message["type"] == "http.response.body":
            self.complete = not message.get("more_body", False)

    async def refuse(self, receive: Receive, status: int, code: str, detail: str) -> None:
        """Answers with a problem."""
        if status == _TOO_LARGE:
            await _drain(receive)
        response = problem(
            status,
            code,
            detail,
            request_id=self._request_id,
            instance=self._scope["path"],
            headers={"Connection": "close"} if status == _TOO_LARGE else None,
        )
        await response(self._scope, receive, self)

    def line(self) -> dict[str, object]:
        """What the log says: the route and never the path or the query, which may hold data."""
        route = getattr(self._scope.get("route"), "path", "")
        elapsed_ms = round((time.perf_counter() - self._began) * 1000, 1)
        method = self._scope["method"]
        return {"method": method, "route": route, "status": self.status, "elapsed_ms": elapsed_ms}


_TOO_LARGE = 413
_DRAINED_BYTES = 16 * 1_048_576
_DRAINED_S = 10.0


def _too_large(limit: int) -> tuple[int, str, str]:
    return _TOO_LARGE, "body_too_large", f"The body is larger than {limit} bytes."


def _refusal(scope: Scope, headers: Headers, max_body_bytes: int) -> tuple[int, str, str] | None:
    if "\x00" in scope["path"] or b"%00" in scope.get("query_string", b""):
        return 400, "malformed_request", "The URL holds a NUL character."
    if not _is_api(scope) or scope["method"] not in _WITH_BODY:
        return None
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length) > max_body_bytes:
        return _too_large(max_body_bytes)
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    has_body = length not in {"", "0"} or "transfer-encoding" in headers
    wanted = "text/csv" if scope["path"].endswith(_CSV) else "application/json"
    if has_body and kind != wanted:
        return 415, "unsupported_media_type", f"Send the body as {wanted}."
    return None


def _is_api(scope: Scope) -> bool:
    return str(scope["path"]).startswith("/v1/")


def _limited(receive: Receive, limit: int) -> Receive:
    received = 0

    async def limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            await _drain(receive)
            status, _, detail = _too_large(limit)
            raise HTTPException(status, detail, {"Connection": "close"})
        return message

    return limited


async def _drain(receive: Receive) -> None:
    """Reads on, within bounds: a client that is cut off while it sends never sees the answer."""
    left = _DRAINED_BYTES
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DRAINED_S):
            more = True
            while more and left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                more = message["type"] == "http.request" and message.get("more_body", False)


def _request_id(headers: Headers, make: Callable[[str], str] = new_id) -> str:
    offered = headers.get("x-request-id", "")
    return offered if _REQUEST_ID.match(offered) else make("req")
