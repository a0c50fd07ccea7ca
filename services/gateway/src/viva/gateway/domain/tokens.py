"""Secrets that open doors: join tokens, session credentials, API keys. Only hashes are stored."""

import hashlib
import secrets

# 256 bits: a plain hash is enough, there is nothing to guess.
_BYTES = 32


def new_token() -> str:
    """Draws an unguessable token of 43 URL-safe characters."""
    return secrets.token_urlsafe(_BYTES)


def token_hash(token: str) -> str:
    """Gives what is stored and looked up instead of the token: hex SHA-256."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
