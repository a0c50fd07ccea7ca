"""Who calls the API, and what they may do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from viva.gateway.domain.errors import ForbiddenError


class Scope(StrEnum):
    """What an API key allows."""

    INTERVIEWS_READ = "interviews:read"
    INTERVIEWS_WRITE = "interviews:write"
    LIBRARY_READ = "library:read"
    LIBRARY_WRITE = "library:write"
    REVIEWS_READ = "reviews:read"
    REVIEWS_WRITE = "reviews:write"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    CREDITS_READ = "credits:read"
    AUDIT_READ = "audit:read"
    BIAS_AUDIT_READ = "bias_audit:read"
    BIAS_AUDIT_WRITE = "bias_audit:write"
    # Everything, and keys and top-ups too.
    ADMIN = "admin"


class Mode(StrEnum):
    """Test keys see and make test interviews only; those are never billed."""

    LIVE = "live"
    TEST = "test"


@dataclass(frozen=True)
class ApiKey:
    """A key as it is kept: its secret is shown once and stored as a hash.

    Attributes:
        hint: the last characters of the secret, to tell keys apart.
    """

    id: str
    tenant_id: str
    name: str
    mode: Mode
    scopes: frozenset[Scope]
    hint: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def usable(self, now: datetime) -> bool:
        """Whether the key still opens anything."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True)
class Caller:
    """The key behind a request.

    Attributes:
        request_id: of the request, for the audit log.
    """

    tenant_id: str
    key_id: str
    key_name: str
    mode: Mode
    scopes: frozenset[Scope]
    request_id: str = ""

    @property
    def test_mode(self) -> bool:
        """Whether the caller lives in the test world."""
        return self.mode is Mode.TEST

    def may(self, scope: Scope) -> bool:
        """Whether the key allows it."""
        return scope in self.scopes or Scope.ADMIN in self.scopes

    def require(self, scope: Scope) -> None:
        """Lets the call pass if the key allows it.

        Raises:
            ForbiddenError: `scope_missing`.
        """
        if not self.may(scope):
            raise ForbiddenError("scope_missing", f"The API key lacks the scope '{scope}'.")
