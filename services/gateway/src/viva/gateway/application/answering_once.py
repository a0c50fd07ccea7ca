"""Idempotency keys: a request is carried out once, its answer is given again for 24 hours.

The answer is stored in the transaction of the change, so that neither is there without the other.
It may hold a secret (a join link, an API key): it is sealed with a key that only the caller has.
"""

import base64
import os
from dataclasses import dataclass
from datetime import timedelta

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from viva.gateway.application.context import Context
from viva.gateway.application.ports import OpenWork, Work
from viva.gateway.domain.errors import ConflictError, InvalidInputError
from viva.gateway.domain.tokens import token_hash

REPLAYED_FOR = timedelta(hours=24)
# A request that is under way longer than this has died with its process.
_ABANDONED_AFTER = timedelta(seconds=60)
_NONCE_BYTES = 12


@dataclass(frozen=True)
class Replayed:
    """The answer that was given before."""

    status: int
    body: bytes


@dataclass(frozen=True)
class Claim:
    """The right to carry a request out."""

    key_hash: str
    seal: bytes

    async def answered(self, work: Work, status: int, body: bytes) -> None:
        """Stores the answer with the change that it is about."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + AESGCM(self.seal).encrypt(nonce, body, self.key_hash.encode())
        await work.idempotency.finish(self.key_hash, status, sealed)


class Answers:
    """Claims and answers."""

    def __init__(self, open_work: OpenWork, context: Context) -> None:
        self._open_work = open_work
        self._context = context

    async def claim(self, secret: str, key: str, fingerprint: str) -> Claim | Replayed:
        """Claims an idempotency key of a caller.

        Args:
            secret: the API key; the same idempotency key of another API key is another one.
            fingerprint: of method, path and body.

        Raises:
            InvalidInputError: `idempotency_key_reused`; it belongs to another request.
            ConflictError: `idempotency_in_progress`.
        """
        now = self._context.now()
        claim = Claim(token_hash(f"{secret}\n{key}"), _derive(secret, key))
        async with self._open_work() as work:
            stored = await work.idempotency.begin(claim.key_hash, fingerprint, now)
            if stored is None:
                return claim
            age = now - stored.started_at
            if age >= REPLAYED_FOR or (not stored.done and age >= _ABANDONED_AFTER):
                if await work.idempotency.take_over(
                    claim.key_hash, fingerprint, stored.started_at, now
                ):
                    return claim
                raise _in_progress()
            if stored.fingerprint != fingerprint:
                raise InvalidInputError(
                    "idempotency_key_reused", "This Idempotency-Key belongs to another request."
                )
            if not stored.done:
                raise _in_progress()
            return Replayed(stored.status, _open(claim, stored.sealed_body))

    async def release(self, claim: Claim) -> None:
        """Gives the key free: the request was refused, so that it may be tried again."""
        async with self._open_work() as work:
            await work.idempotency.forget(claim.key_hash)

    async def sweep(self) -> None:
        """Drops what is no longer replayed."""
        async with self._open_work() as work:
            await work.idempotency.sweep(self._context.now() - REPLAYED_FOR)


def fingerprint(method: str, path: str, body: bytes) -> str:
    """Tells two requests apart."""
    return token_hash(f"{method} {path}\n{base64.b64encode(body).decode()}")


def _in_progress() -> ConflictError:
    return ConflictError(
        "idempotency_in_progress", "A request with this Idempotency-Key is under way."
    )


def _derive(secret: str, key: str) -> bytes:
    derivation = HKDF(SHA256(), length=32, salt=None, info=b"viva idempotency")
    return derivation.derive(f"{secret}\n{key}".encode("utf-8", "replace"))


def _open(claim: Claim, sealed: bytes) -> bytes:
    nonce, text = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    return AESGCM(claim.seal).decrypt(nonce, text, claim.key_hash.encode())
