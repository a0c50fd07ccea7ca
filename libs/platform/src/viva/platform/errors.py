"""The four kinds of error, and the one table that says what each means to every transport."""

import enum
import logging
from collections.abc import Sequence
from dataclasses import dataclass

import grpc


@dataclass(frozen=True)
class FieldError:
    """One field that is wrong.

    Attributes:
        pointer: JSON pointer to the field, such as `/questions/0/text`.
    """

    pointer: str
    detail: str


class VivaError(Exception):
    """Base of every error that Viva raises on purpose.

    Attributes:
        code: stable and machine readable, lower case with underscores; part of the API.
        detail: for people; no personal data.
    """

    code = "internal"

    def __init__(
        self, detail: str, *, code: str | None = None, errors: Sequence[FieldError] = ()
    ) -> None:
        super().__init__(detail)
        self.code = code or type(self).code
        self.detail = detail
        self.errors = list(errors)


class DomainError(VivaError):
    """A rule of the domain forbids it: asking again will not help."""

    code = "rule_violated"


class NotFoundError(DomainError):
    """What was asked for does not exist."""

    code = "not_found"


class InvalidError(VivaError):
    """The input is malformed: no state of the world makes it acceptable."""

    code = "invalid"


class TransientError(VivaError):
    """A dependency is away for the moment: the same request may succeed later."""

    code = "unavailable"


class BackpressureError(VivaError):
    """Full at the moment: come back later, slower.

    Attributes:
        retry_after_s: a hint for the caller, where there is one.
    """

    code = "overloaded"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        errors: Sequence[FieldError] = (),
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(detail, code=code, errors=errors)
        self.retry_after_s = retry_after_s


class KafkaAction(enum.Enum):
    """What a consumer does with the record whose handler failed."""

    RETRY = "retry"  # with back-off, the partition waits
    RETRY_BOUNDED = "retry_bounded"  # a few times in place, then dead letters
    DEAD_LETTER = "dead_letter"


@dataclass(frozen=True)
class Treatment:
    """What one kind of error becomes."""

    kafka: KafkaAction
    grpc_code: grpc.StatusCode
    http_status: int
    log_level: int


TREATMENTS: dict[type[Exception], Treatment] = {
    NotFoundError: Treatment(KafkaAction.DEAD_LETTER, grpc.StatusCode.NOT_FOUND, 404, logging.INFO),
    DomainError: Treatment(
        KafkaAction.DEAD_LETTER, grpc.StatusCode.FAILED_PRECONDITION, 409, logging.INFO
    ),
    InvalidError: Treatment(
        KafkaAction.DEAD_LETTER, grpc.StatusCode.INVALID_ARGUMENT, 422, logging.INFO
    ),
    TransientError: Treatment(KafkaAction.RETRY, grpc.StatusCode.UNAVAILABLE, 503, logging.WARNING),
    BackpressureError: Treatment(
        KafkaAction.RETRY, grpc.StatusCode.RESOURCE_EXHAUSTED, 429, logging.WARNING
    ),
    # A bug of ours.
    Exception: Treatment(KafkaAction.RETRY_BOUNDED, grpc.StatusCode.INTERNAL, 500, logging.ERROR),
}


def kind_of(error_type: type[BaseException]) -> type[Exception]:
    """Finds the row of the table for an error class: its nearest ancestor there."""
    return next((kind for kind in error_type.__mro__ if kind in TREATMENTS), Exception)


def treatment(error: BaseException) -> Treatment:
    """Looks an error up in the table."""
    return TREATMENTS[kind_of(type(error))]
