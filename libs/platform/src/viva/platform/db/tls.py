"""Which certificates a database's URL asks for, in the words of libpq."""

import os
import ssl
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from viva.platform.certificates import check_certificate
from viva.platform.settings import SettingsError

_VERIFYING = ("verify-ca", "verify-full")


def tls_context(url: str) -> ssl.SSLContext | None:
    """What a URL with `sslmode=verify-ca` or `verify-full` wants; None for the other modes.

    The authority is `sslrootcert` of the URL, or PGSSLROOTCERT, or else (and for `system`) one of
    those that the system trusts. A certificate of our own is `sslcert` and `sslkey`.

    Raises:
        SettingsError: a file is missing, no certificate, or out of date.
    """
    asked = {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()}
    mode = asked.get("sslmode", "")
    if mode not in _VERIFYING:
        return None
    root = asked.get("sslrootcert") or os.environ.get("PGSSLROOTCERT") or "system"
    file = None if root == "system" else Path(root)
    if file:
        check_certificate("VIVA_DATABASE_URL: sslrootcert", file)
    context = ssl.create_default_context(cafile=file)
    context.check_hostname = mode == "verify-full"
    own = asked.get("sslcert") or os.environ.get("PGSSLCERT")
    if own:
        check_certificate("VIVA_DATABASE_URL: sslcert", Path(own))
        try:
            context.load_cert_chain(own, asked.get("sslkey") or os.environ.get("PGSSLKEY"))
        except OSError as error:
            raise SettingsError(f"VIVA_DATABASE_URL: sslkey: {error}") from error
    return context
