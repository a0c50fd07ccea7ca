"""What the gateway refuses, and of which kind each refusal is."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a refusal is to be answered; the entrypoints map each to one HTTP status."""

    MALFORMED = "malformed"
    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    PAYMENT_REQUIRED = "payment_required"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    GONE = "gone"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with an input.

    Attributes:
        pointer: JSON pointer (RFC 6901) into the request's body.
    """

    pointer: str
    detail: str
    code: str = "invalid"


class GatewayError(Exception):
    """A refusal with a stable code.

    Attributes:
        code: what a program branches on.
        detail: one sentence for a person.
        faults: where the input is wrong.
    """

    kind = Kind.CONFLICT

    def __init__(self, code: str, detail: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.faults = faults


class InvalidInputError(GatewayError):
    """The request is understood and breaks a rule of the resource."""

    kind = Kind.INVALID


class UnauthenticatedError(GatewayError):
    """No credential, or one that is unknown, expired or revoked."""

    kind = Kind.UNAUTHENTICATED


class InsufficientCreditsError(GatewayError):
    """The account cannot cover what is asked for."""

    kind = Kind.PAYMENT_REQUIRED


class ForbiddenError(GatewayError):
    """The credential is valid and does not allow this."""

    kind = Kind.FORBIDDEN


class NotFoundError(GatewayError):
    """It does not exist, or belongs to somebody else: nobody can tell which."""

    kind = Kind.NOT_FOUND


class ConflictError(GatewayError):
    """The state of the resource forbids it now."""

    kind = Kind.CONFLICT


class GoneError(GatewayError):
    """It was valid once and never will be again."""

    kind = Kind.GONE


class TooManyRequestsError(GatewayError):
    """Over the rate that the policy allows.

    Attributes:
        retry_after_s: when a new try makes sense.
    """

    kind = Kind.TOO_MANY

    def __init__(self, detail: str, retry_after_s: int) -> None:
        super().__init__("rate_limited", detail)
        self.retry_after_s = retry_after_s


class UnavailableError(GatewayError):
    """Something that the gateway depends on does not answer."""

    kind = Kind.UNAVAILABLE
