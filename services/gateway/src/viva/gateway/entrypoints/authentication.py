"""The route class of the API: who calls, how often, and whether it was answered already."""

import json
import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from viva.gateway.application.answering_once import Claim, Replayed, fingerprint
from viva.gateway.application.keyring import identify
from viva.gateway.application.ports import Work
from viva.gateway.domain.access import Caller, Scope
from viva.gateway.domain.errors import (
    GatewayError,
    Kind,
    TooManyRequestsError,
    UnauthenticatedError,
)
from viva.gateway.entrypoints.problems import request_id
from viva.gateway.entrypoints.state import gateway

# Only documents the scheme; the check is below.
bearer = HTTPBearer(auto_error=False, description="An API key: viva_live_... or viva_test_...")

_QUOTED = re.compile(r'^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$')
_BARE = re.compile(r"^[\x21\x23-\x7e]{1,255}$")
_LONGEST_KEY = 255


class MalformedHeaderError(GatewayError):
    """A header that cannot be read."""

    kind = Kind.MALFORMED


class ApiRoute(APIRoute):
    """Authenticates and counts every request, and carries out each idempotency key once."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wraps the route."""
        original = super().get_route_handler()

        async def handle(request: Request) -> Response:
            secret = await _authenticate(request)
            key = _idempotency_key(request)
            if key is None:
                return await original(request)
            return await _once(request, secret, key, original)

        return handle


def caller(request: Request) -> Caller:
    """Who calls; a dependency."""
    found = request.state.caller
    assert isinstance(found, Caller)
    return found


def allowed(scope: Scope) -> Any:
    """Makes a dependency that lets the caller pass with a scope."""

    def check(who: Annotated[Caller, Depends(caller)]) -> Caller:
        who.require(scope)
        return who

    return Depends(check)


def show(document: Any) -> Response:
    """Answers a request that changed nothing, with the document as it is."""
    return Response(_json(document), media_type="application/json")


async def reply(request: Request, work: Work, status: int, document: Any) -> Response:
    """Answers a request that changed something, and keeps the answer with the change."""
    body = _json(document)
    claim: Claim | None = getattr(request.state, "claim", None)
    if claim is not None:
        await claim.answered(work, status, body)
    return Response(body, status, media_type="application/json")


def _json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


async def _authenticate(request: Request) -> str:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise UnauthenticatedError("key_missing", "Send the API key as 'Authorization: Bearer'.")
    secret = secret.strip()
    parts = gateway(request)
    async with parts.open_work() as work:
        who = await identify(work, parts.context, secret, request_id(request))
    request.state.caller = who
    _count(request, who.key_id)
    return secret


def _count(request: Request, key_id: str) -> None:
    limit = gateway(request).rate_limit
    try:
        request.state.rate_limit_headers = limit.take(key_id)
    except TooManyRequestsError as error:
        request.state.rate_limit_headers = limit.headers(0, error.retry_after_s)
        raise


def _idempotency_key(request: Request) -> str | None:
    given = request.headers.get("idempotency-key")
    if given is None or request.method not in {"POST", "PATCH", "PUT"}:
        return None
    quoted = _QUOTED.match(given)
    if quoted:
        key = re.sub(r'\\(["\\])', r"\1", quoted.group(1))
    elif _BARE.match(given):
        key = given
    else:
        key = ""
    if not 0 < len(key) <= _LONGEST_KEY:
        raise MalformedHeaderError(
            "idempotency_key_invalid",
            'Idempotency-Key must be 1 to 255 printable characters, such as "a uuid".',
        )
    return key


async def _once(
    request: Request,
    secret: str,
    key: str,
    original: Callable[[Request], Coroutine[Any, Any, Response]],
) -> Response:
    answers = gateway(request).answers
    print_of = fingerprint(request.method, request.url.path, await request.body())
    found = await answers.claim(secret, key, print_of)
    if isinstance(found, Replayed):
        return Response(
            found.body,
            found.status,
            {"Idempotency-Replayed": "true"},
            media_type="application/json",
        )
    request.state.claim = found
    try:
        return await original(request)
    except BaseException:
        # What was committed is stored as answered, and stays.
        await answers.release(found)
        raise
