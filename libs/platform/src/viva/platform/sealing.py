"""Seals small personal data, such as a telephone number, for storage and for events.

AES-256-GCM with a key for each purpose, derived by HKDF from the platform's keys. The first key
seals; all open, so that a key is changed by putting the new one first.
"""

import base64
import binascii
import hashlib
import hmac
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from viva.platform.errors import InvalidError
from viva.platform.settings import PlatformSettings, SettingsError

_KEY_BYTES = 32
_NONCE_BYTES = 12
_PREFIX = "s1."


class Sealer:
    """Seals, opens and fingerprints for one purpose.

    Args:
        keys: 32 random bytes each, the newest first.
        purpose: sealed texts of one purpose cannot be opened as another's.
    """

    def __init__(self, keys: tuple[bytes, ...], purpose: str) -> None:
        if not keys or any(len(key) != _KEY_BYTES for key in keys):
            raise SettingsError(f"a sealing key has {_KEY_BYTES} bytes, written in base64")
        self._ciphers = [AESGCM(_derived(key, f"{purpose}:seal")) for key in keys]
        self._digest_keys = [_derived(key, f"{purpose}:digest") for key in keys]

    @classmethod
    def from_settings(cls, settings: PlatformSettings, purpose: str) -> "Sealer | None":
        """The sealer of the configured keys; None where none are.

        Raises:
            SettingsError: a key is malformed.
        """
        keys = _configured(settings)
        return cls(keys, purpose) if keys else None

    def seal(self, text: str, owner: str) -> str:
        """Seals a text; only whoever names the same owner opens it."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[0].encrypt(nonce, text.encode(), owner.encode())
        return _PREFIX + base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, owner: str) -> str:
        """Opens what `seal` gave.

        Raises:
            InvalidError: `seal_broken`: changed, of another owner, or of a key that is gone.
        """
        try:
            raw = base64.urlsafe_b64decode(sealed.removeprefix(_PREFIX).encode())
        except (binascii.Error, ValueError):
            raw = b""
        for cipher in self._ciphers if len(raw) > _NONCE_BYTES else ():
            try:
                opened = cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], owner.encode())
            except InvalidTag:
                continue
            return opened.decode()
        raise InvalidError("a sealed text cannot be opened", code="seal_broken")

    def digests(self, text: str) -> list[str]:
        """Keyed fingerprints of a text, by each key: to find equal ones, newest key first."""
        return [
            hmac.new(key, text.encode(), hashlib.sha256).hexdigest() for key in self._digest_keys
        ]


def is_sealed(text: str) -> bool:
    """Whether `seal` made it."""
    return text.startswith(_PREFIX)


def new_key_file(path: Path) -> None:
    """Makes a file with a fresh key that only its owner reads, where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(base64.b64encode(os.urandom(_KEY_BYTES)) + b"\n")


def _configured(settings: PlatformSettings) -> tuple[bytes, ...]:
    text = settings.sealing_keys.get_secret_value() if settings.sealing_keys else ""
    try:
        return tuple(base64.b64decode(key, validate=True) for key in text.replace(",", " ").split())
    except binascii.Error:
        raise SettingsError("VIVA_SEALING_KEYS: each key is base64") from None


def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), _KEY_BYTES, salt=None, info=purpose.encode()).derive(key)
