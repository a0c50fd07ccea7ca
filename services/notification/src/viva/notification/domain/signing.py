"""Standard Webhooks 1.0.0: secrets and signatures."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """Makes a secret: `whsec_` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signature(signing_secrets: Sequence[str], event_id: str, timestamp: int, body: bytes) -> str:
    """Signs one try with every secret that is valid now.

    Args:
        timestamp: of this try, in unix seconds.
        body: the exact bytes that are sent.

    Returns:
        The `webhook-signature` header: one `v1,<base64>` for each secret, separated by spaces.
    """
    signed = f"{event_id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{_mac(secret, signed)}" for secret in signing_secrets)


def _mac(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
