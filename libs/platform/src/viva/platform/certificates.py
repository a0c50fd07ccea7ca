"""Looking at a certificate before it is used, so that the message names the file and the date."""

import ssl
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, cast

from viva.platform.settings import SettingsError

_END = "-----END CERTIFICATE-----"


def check_certificate(variable: str, path: Path, *, now: datetime | None = None) -> None:
    """Checks that a PEM file is there and that each certificate in it is valid today.

    Args:
        variable: the setting that names the file, for the message.

    Raises:
        SettingsError: it is missing, no PEM, not valid yet, or expired.
    """
    try:
        text = path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is no PEM file"
        raise SettingsError(f"{variable}: {path}: {reason}") from error
    blocks = [part + _END for part in text.split(_END)[:-1]]
    if not blocks:
        raise SettingsError(f"{variable}: {path}: holds no certificate")
    moment = now or datetime.now(UTC)
    for block in blocks:
        begins, ends = _validity(variable, path, block)
        if moment >= ends:
            raise SettingsError(f"{variable}: {path}: the certificate expired on {ends:%Y-%m-%d}")
        if moment < begins:
            raise SettingsError(f"{variable}: {path}: the certificate is valid from {begins}")


def _validity(variable: str, path: Path, block: str) -> tuple[datetime, datetime]:
    with NamedTemporaryFile("w", suffix=".pem") as single:
        single.write(block[block.index("-----BEGIN") :] if "-----BEGIN" in block else block)
        single.flush()
        try:
            # The one decoder that the standard library has; `getpeercert` uses it.
            decoded = cast("dict[str, Any]", ssl._ssl._test_decode_cert(single.name))  # type: ignore[attr-defined]  # noqa: SLF001
        except (ssl.SSLError, ValueError) as error:
            raise SettingsError(f"{variable}: {path}: holds no certificate") from error
    return _time(decoded["notBefore"]), _time(decoded["notAfter"])


def _time(text: str) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC)
