"""Every refusal as `application/problem+json` (RFC 9457), with a code and JSON pointers."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from viva.gateway.domain.errors import Fault, GatewayError, Kind, TooManyRequestsError
from viva.platform.errors import (
    BackpressureError,
    DomainError,
    InvalidError,
    TransientError,
    VivaError,
)
from viva.platform.errors import NotFoundError as PlatformNotFoundError

_STATUS = {
    Kind.MALFORMED: 400,
    Kind.INVALID: 422,
    Kind.UNAUTHENTICATED: 401,
    Kind.PAYMENT_REQUIRED: 402,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.GONE: 410,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
}
# What a dependency behind the gateway said, by the kind of its error.
_PLATFORM_STATUS: tuple[tuple[type[VivaError], int], ...] = (
    (PlatformNotFoundError, 404),
    (InvalidError, 422),
    (DomainError, 409),
    (BackpressureError, 429),
    (TransientError, 503),
)
_HTTP_CODES = {
    400: "malformed_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "unsupported_media_type",
}

# Pydantic's marks of a union's branch and of a mapping's key: nothing in the body.
_NO_STEPS = frozenset({"~id", "~inline", "[key]"})

_log = structlog.get_logger(__name__)


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    request_id: str,
    instance: str = "",
    faults: Sequence[Fault] = (),
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """Builds a problem document.

    Args:
        request_id: found in the log, too.
        faults: where the input is wrong.
    """
    body: dict[str, Any] = {
        "type": f"urn:viva:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": instance,
        "code": code,
        "request_id": request_id,
        "errors": [
            {"pointer": fault.pointer, "code": fault.code, "detail": fault.detail}
            for fault in faults
        ],
    }
    return JSONResponse(
        body, status_code=status, headers=headers, media_type="application/problem+json"
    )


def install(app: FastAPI) -> None:
    """Makes `app` answer every error as a problem document."""
    app.add_exception_handler(GatewayError, _gateway_error)
    app.add_exception_handler(VivaError, _platform_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _bug)


async def _bug(request: Request, _error: Exception) -> Response:
    # Starlette raises it again for the guard, which logs it.
    detail = "Something broke on our side; it has been logged with the request_id."
    return _answer(request, 500, "internal", detail)


def request_id(request: Request) -> str:
    """The id of a request, as `X-Request-Id` carries it."""
    return str(request.scope.get("state", {}).get("request_id", ""))


def _answer(request: Request, status: int, code: str, detail: str, **more: Any) -> JSONResponse:
    return problem(
        status, code, detail, request_id=request_id(request), instance=request.url.path, **more
    )


async def _gateway_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, GatewayError)
    headers: dict[str, str] = {}
    if isinstance(error, TooManyRequestsError):
        headers["Retry-After"] = str(error.retry_after_s)
    if error.kind is Kind.UNAUTHENTICATED:
        headers["WWW-Authenticate"] = 'Bearer realm="viva"'
    if error.kind is Kind.UNAVAILABLE:
        headers["Retry-After"] = "1"
    return _answer(
        request,
        _STATUS[error.kind],
        error.code,
        error.detail,
        faults=error.faults,
        headers=headers,
    )


async def _platform_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, VivaError)
    status = next((code for kind, code in _PLATFORM_STATUS if isinstance(error, kind)), 500)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.warning("request_failed", code=error.code, status=status)
    headers = {"Retry-After": "1"} if status in {429, 503} else {}
    faults = tuple(Fault(found.pointer, found.detail) for found in error.errors)
    return _answer(request, status, error.code, error.detail, faults=faults, headers=headers)


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    broken = next((entry for entry in found if entry["type"] == "json_invalid"), None)
    if broken is not None:
        place = broken["loc"][-1]
        detail = f"The body is no JSON: {broken['ctx']['error']} at character {place}."
        return _answer(request, 400, "malformed_json", detail)
    faults = tuple(
        Fault(_pointer(entry["loc"]), entry["msg"], code=entry["type"]) for entry in found
    )
    return _answer(
        request, 422, "validation_failed", "The request breaks the schema.", faults=faults
    )


def _pointer(location: Sequence[int | str]) -> str:
    """Makes a JSON pointer of a place in the body; other places name the parameter."""
    where, *path = location or ("",)
    steps = [str(step) for step in path if step not in _NO_STEPS]
    escaped = [step.replace("~", "~0").replace("/", "~1") for step in steps]
    if where == "body":
        return "".join(f"/{step}" for step in escaped)
    return f"#{where}/" + "/".join(escaped)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _HTTP_CODES.get(error.status_code, "http_error")
    headers = dict(error.headers or {})
    return _answer(request, error.status_code, code, str(error.detail), headers=headers)
