"""API keys: shown once, kept as hashes, checked with every request."""

from dataclasses import dataclass
from datetime import datetime

from viva.gateway.application.context import Context
from viva.gateway.application.ports import Work
from viva.gateway.domain.access import ApiKey, Caller, Mode, Scope
from viva.gateway.domain.errors import NotFoundError, UnauthenticatedError
from viva.gateway.domain.tokens import new_token, token_hash

_HINT_LENGTH = 4


@dataclass(frozen=True)
class IssueKey:
    """A key to be made."""

    tenant_id: str
    name: str
    mode: Mode
    scopes: frozenset[Scope]
    expires_at: datetime | None = None


@dataclass(frozen=True)
class IssuedKey:
    """A fresh key with its secret, which nobody can read again."""

    key: ApiKey
    secret: str


async def issue(work: Work, context: Context, command: IssueKey) -> IssuedKey:
    """Makes a key."""
    secret = f"viva_{command.mode}_{new_token()}"
    key = ApiKey(
        id=context.ids.new("key"),
        tenant_id=command.tenant_id,
        name=command.name,
        mode=command.mode,
        scopes=command.scopes,
        hint=secret[-_HINT_LENGTH:],
        created_at=context.now(),
        expires_at=command.expires_at,
    )
    await work.keys.add(key, token_hash(secret))
    return IssuedKey(key, secret)


async def identify(work: Work, context: Context, secret: str, request_id: str) -> Caller:
    """Finds out who calls.

    Raises:
        UnauthenticatedError: `key_invalid`; unknown, expired or revoked.
    """
    key = await work.keys.by_secret(token_hash(secret))
    if key is None or not key.usable(context.now()):
        raise UnauthenticatedError("key_invalid", "The API key is unknown, expired or revoked.")
    return Caller(key.tenant_id, key.id, key.name, key.mode, key.scopes, request_id)


async def revoke(work: Work, context: Context, tenant_id: str, key_id: str) -> None:
    """Ends a key at once; a second time changes nothing.

    Raises:
        NotFoundError: it does not exist, or belongs to somebody else.
    """
    if await work.keys.get(tenant_id, key_id) is None:
        raise NotFoundError("key_unknown", f"There is no API key '{key_id}'.")
    await work.keys.revoke(key_id, context.now())
