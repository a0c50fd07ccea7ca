"""Errors over gRPC: google.rpc.Status with ErrorInfo there, the same class of error here."""

from collections.abc import Iterator
from contextlib import contextmanager

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2, status_pb2

from viva.platform.errors import (
    BackpressureError,
    DomainError,
    FieldError,
    InvalidError,
    NotFoundError,
    TransientError,
    VivaError,
    kind_of,
    treatment,
)

DETAILS_KEY = "grpc-status-details-bin"
_DOMAIN = "viva"
_KINDS: dict[str, type[VivaError]] = {
    kind.__name__: kind
    for kind in (
        DomainError,
        NotFoundError,
        InvalidError,
        TransientError,
        BackpressureError,
    )
}
# For servers that are not ours, or errors that gRPC itself raised.
_BY_CODE: dict[grpc.StatusCode, type[VivaError]] = {
    grpc.StatusCode.UNAVAILABLE: TransientError,
    grpc.StatusCode.DEADLINE_EXCEEDED: TransientError,
    grpc.StatusCode.CANCELLED: TransientError,
    grpc.StatusCode.ABORTED: TransientError,
    grpc.StatusCode.RESOURCE_EXHAUSTED: BackpressureError,
    grpc.StatusCode.NOT_FOUND: NotFoundError,
    grpc.StatusCode.FAILED_PRECONDITION: DomainError,
    grpc.StatusCode.ALREADY_EXISTS: DomainError,
    grpc.StatusCode.OUT_OF_RANGE: DomainError,
    grpc.StatusCode.PERMISSION_DENIED: DomainError,
    grpc.StatusCode.UNAUTHENTICATED: DomainError,
    grpc.StatusCode.INVALID_ARGUMENT: InvalidError,
}


def to_status(error: BaseException) -> status_pb2.Status:
    """Writes an error down as google.rpc.Status. A bug of ours says nothing of its inside."""
    code, _ = treatment(error).grpc_code.value
    if not isinstance(error, VivaError):
        return status_pb2.Status(code=code, message="internal error")
    status = status_pb2.Status(code=code, message=error.detail)
    info = error_details_pb2.ErrorInfo(
        reason=error.code, domain=_DOMAIN, metadata={"kind": kind_of(type(error)).__name__}
    )
    status.details.append(_packed(info))
    if error.errors:
        bad = error_details_pb2.BadRequest()
        for field in error.errors:
            bad.field_violations.add(field=field.pointer, description=field.detail)
        status.details.append(_packed(bad))
    if isinstance(error, BackpressureError) and error.retry_after_s is not None:
        delay = Duration()
        delay.FromNanoseconds(int(error.retry_after_s * 1e9))
        status.details.append(_packed(error_details_pb2.RetryInfo(retry_delay=delay)))
    return status


def from_rpc_error(error: grpc.aio.AioRpcError) -> VivaError:
    """Reads an error back: the class, code, detail and fields that the server raised."""
    kind = _BY_CODE.get(error.code(), VivaError)
    code, fields, retry_after_s = None, [], None
    detail = error.details() or error.code().name
    for packed in _details(error):
        info = error_details_pb2.ErrorInfo()
        bad = error_details_pb2.BadRequest()
        retry = error_details_pb2.RetryInfo()
        if packed.Unpack(info) and info.domain == _DOMAIN:
            kind, code = _KINDS.get(info.metadata["kind"], kind), info.reason
        elif packed.Unpack(bad):
            fields = [FieldError(item.field, item.description) for item in bad.field_violations]
        elif packed.Unpack(retry):
            retry_after_s = retry.retry_delay.ToNanoseconds() / 1e9
    if kind is BackpressureError:
        return BackpressureError(detail, code=code, errors=fields, retry_after_s=retry_after_s)
    return kind(detail, code=code, errors=fields)


@contextmanager
def mapped_errors() -> Iterator[None]:
    """Turns gRPC's errors into ours, for calls on a channel that is not from the runtime."""
    try:
        yield
    except grpc.aio.AioRpcError as error:
        raise from_rpc_error(error) from error


def _details(error: grpc.aio.AioRpcError) -> list[Any]:
    for key, value in error.trailing_metadata() or ():
        if key == DETAILS_KEY:
            raw = value if isinstance(value, bytes) else value.encode("latin-1")
            return list(status_pb2.Status.FromString(raw).details)
    return []


def _packed(
    detail: error_details_pb2.ErrorInfo
    | error_details_pb2.BadRequest
    | error_details_pb2.RetryInfo,
) -> Any:
    packed = Any()
    packed.Pack(detail)
    return packed
