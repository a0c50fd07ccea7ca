"""Connections to PostgreSQL, by socket or by TCP, bound to one schema."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from viva.platform.db.tls import tls_context
from viva.platform.errors import TransientError
from viva.platform.settings import SettingsError

CONNECT_TIMEOUT_S = 5.0

# Classes of SQLSTATE that a later try may not meet again: connection exception, transaction
# rollback (deadlock, serialization), insufficient resources, operator intervention, system error;
# and one code alone: too long idle in the middle of a transaction.
_TRANSIENT_CLASSES = ("08", "25P03", "40", "53", "57", "58")


async def connect(
    url: str, schema: str | None = None, *, pooler: bool = False, idle_ms: int = 0
) -> asyncpg.Connection:
    """Opens a connection of its own, outside any pool.

    Args:
        url: `postgresql://user:password@host:port/database`, or with `?host=/folder` for a socket.
        schema: becomes the search path.
        pooler: a PgBouncer in transaction mode is at the other end: nothing may be kept in the
            connection beyond a transaction, neither a search path nor a prepared statement.
        idle_ms: in the middle of a transaction, then the server ends it; 0: never. A pooler cannot
            be told so here.

    Raises:
        TransientError: the database is away.
        SettingsError: the certificate of the database or its authority is no good.
    """
    context = tls_context(url)
    kept = {"search_path": schema} if schema and not pooler else {}
    if idle_ms and not pooler:
        kept["idle_in_transaction_session_timeout"] = str(idle_ms)
    try:
        return await asyncpg.connect(
            _plain(url),
            timeout=CONNECT_TIMEOUT_S,
            server_settings={"application_name": f"viva-{schema or 'admin'}", **kept},
            **({"statement_cache_size": 0} if pooler else {}),
            **({"ssl": context} if context else {}),
        )
    except ssl.SSLCertVerificationError as error:
        raise SettingsError(f"VIVA_DATABASE_URL: {error.verify_message}") from error
    except (OSError, TimeoutError, asyncpg.PostgresConnectionError) as error:
        raise _away(error) from error
    except asyncpg.PostgresError as error:
        if is_transient(error):
            raise _away(error) from error
        raise


def is_transient(error: BaseException) -> bool:
    """Whether a database error may be gone at the next try."""
    if isinstance(error, PoolTimeoutError | OSError | TimeoutError):
        return True
    if isinstance(error, asyncpg.InterfaceError):
        return "closed" in str(error)
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        state = getattr(error.orig, "sqlstate", None)
        if state is None:
            return isinstance(error, OperationalError | InterfaceError)
        return str(state).startswith(_TRANSIENT_CLASSES)
    state = getattr(error, "sqlstate", None)
    return state is not None and str(state).startswith(_TRANSIENT_CLASSES)


@contextmanager
def mapped_errors() -> Iterator[None]:
    """Turns what a later try may not meet again into a TransientError."""
    try:
        yield
    except (DBAPIError, PoolTimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        if is_transient(error):
            raise _away(error) from error
        raise


def _away(error: BaseException) -> TransientError:
    return TransientError(f"database: {type(error).__name__}", code="database_away")


def _plain(url: str) -> str:
    return url.replace("postgresql+asyncpg://", "postgresql://", 1)
