"""Which of our four kinds an error of a library is."""

import grpc
from aiokafka.errors import KafkaError

from viva.platform.db.connection import is_transient
from viva.platform.errors import TransientError, VivaError
from viva.platform.grpc import from_rpc_error


class HandlerTimeoutError(VivaError):
    """A handler ran longer than any may: tried again, but not for ever."""

    code = "handler_timeout"


def classify(error: Exception) -> Exception:
    """Turns a library's error into ours where it has a meaning of its own."""
    if isinstance(error, VivaError):
        return error
    if isinstance(error, grpc.aio.AioRpcError):
        return from_rpc_error(error)
    if isinstance(error, ConnectionError | TimeoutError | KafkaError) or _is_database_away(error):
        return TransientError(type(error).__name__, code="dependency_away")
    return error


def _is_database_away(error: Exception) -> bool:
    return not isinstance(error, OSError) and is_transient(error)


def code_of(error: Exception) -> str:
    """A short name for logs and headers."""
    return error.code if isinstance(error, VivaError) else type(error).__name__


def safe_detail(error: Exception) -> str:
    """A text without data: a bug's own message may quote what it choked on."""
    return error.detail if isinstance(error, VivaError) else type(error).__name__
