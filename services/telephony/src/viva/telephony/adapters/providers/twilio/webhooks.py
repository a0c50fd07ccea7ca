"""What Twilio posts and streams to us: each request verified before anything else happens."""

from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from viva.platform.errors import InvalidError
from viva.platform.log import get_logger
from viva.telephony.adapters.providers.twilio import media
from viva.telephony.adapters.providers.twilio.signature import HEADER, verify
from viva.telephony.adapters.providers.twilio.trunk import TwilioTrunk

_MOST_BODY = 16 * 1024
_MOST_TEXT = 64 * 1024
_FORBIDDEN = PlainTextResponse("the signature is wrong", 403)
_GONE = PlainTextResponse("no such call, or this was said before", 410)
_XML = "text/xml"

log = get_logger(__name__)
Fields = dict[str, str]


def routes(trunk: TwilioTrunk) -> list[BaseRoute]:
    """The webhooks of one trunk, below /twilio/<its name>/."""
    base = f"/twilio/{trunk.name}"

    async def status(request: Request, fields: Fields) -> Response:
        known = trunk.status(request.path_params["key"], fields.get("CallStatus", ""))
        return Response(status_code=204) if known else _GONE

    async def machine(request: Request, fields: Fields) -> Response:
        known = trunk.machine(request.path_params["key"], fields.get("AnsweredBy", ""))
        return Response(status_code=204) if known else _GONE

    async def voice(_request: Request, fields: Fields) -> Response:
        return Response(await trunk.ring(fields), media_type=_XML)

    async def stream(websocket: WebSocket) -> None:
        await _stream(trunk, websocket)

    return [
        Route(f"{base}/status/{{key}}", _verified(trunk, status), methods=["POST"]),
        Route(f"{base}/machine/{{key}}", _verified(trunk, machine), methods=["POST"]),
        Route(f"{base}/voice", _verified(trunk, voice, once=True), methods=["POST"]),
        WebSocketRoute(f"{base}/stream/{{key}}", stream),
    ]


def _verified(
    trunk: TwilioTrunk,
    handle: Callable[[Request, Fields], Awaitable[Response]],
    *,
    once: bool = False,
) -> Callable[[Request], Awaitable[Response]]:
    seen: dict[str, None] = {}

    async def handler(request: Request) -> Response:
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > _MOST_BODY:
                return PlainTextResponse("too large", 413)
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        given = request.headers.get(HEADER, "")
        url = _public(trunk, request.url.path)
        if not verify(trunk.account.token, url, pairs, given):
            log.warning("webhook_refused", path=request.scope.get("route_path", ""))
            return _FORBIDDEN
        fields = dict(pairs)
        if fields.get("AccountSid") != trunk.account.sid:
            return _FORBIDDEN
        if once and not _first(seen, fields.get("CallSid", "")):
            return _GONE
        return await handle(request, fields)

    return handler


async def _stream(trunk: TwilioTrunk, websocket: WebSocket) -> None:
    key = websocket.path_params["key"]
    url = _public(trunk, websocket.url.path, "ws")
    given = websocket.headers.get(HEADER, "")
    if not verify(trunk.account.token, url, (), given) or not trunk.may_stream(key):
        # Closing before accepting is a 403 to the handshake.
        log.warning("stream_refused")
        await websocket.close()
        return
    await websocket.accept()
    texts = _texts(websocket)
    try:
        start = await _start(trunk, texts)
    except InvalidError as error:
        log.warning("stream_refused", code=error.code)
        await trunk.abandon(key)
        await websocket.close(1008)
        return
    await trunk.stream(key, start.stream_sid, _sender(websocket), texts)
    try:
        await websocket.close()
    except (RuntimeError, WebSocketDisconnect):
        return


async def _start(trunk: TwilioTrunk, texts: AsyncIterator[str]) -> media.Start:
    async for text in texts:
        message = media.decode(text)
        if isinstance(message, media.Start):
            if message.account_sid != trunk.account.sid:
                break
            return message
    raise InvalidError("the stream did not begin as one of this account", code="stream_foreign")


async def _texts(websocket: WebSocket) -> AsyncIterator[str]:
    while True:
        try:
            text = await websocket.receive_text()
        except (WebSocketDisconnect, RuntimeError, KeyError):
            return
        if len(text) > _MOST_TEXT:
            raise InvalidError("a message is too large", code="stream_malformed")
        yield text


def _sender(websocket: WebSocket) -> Callable[[str], Awaitable[None]]:
    async def send(text: str) -> None:
        try:
            await websocket.send_text(text)
        except (RuntimeError, WebSocketDisconnect):
            # The reader sees the end and says so.
            return

    return send


def _public(trunk: TwilioTrunk, path: str, scheme: str = "") -> str:
    """The address that was signed: the public one, whatever proxies made of it."""
    return trunk.url(path.removeprefix(f"/twilio/{trunk.name}/"), scheme)


def _first(seen: dict[str, None], key: str) -> bool:
    if not key or key in seen:
        return False
    seen[key] = None
    if len(seen) > 10_000:
        seen.pop(next(iter(seen)))
    return True
