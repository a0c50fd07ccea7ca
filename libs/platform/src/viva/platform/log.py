"""Structured logs: an event name and key-values. Never transcript text or personal data."""

import contextlib
import logging
import sys
from collections.abc import Iterator

import structlog
from opentelemetry import trace

from viva.platform.settings import PlatformSettings

Logger = structlog.stdlib.BoundLogger

# Libraries that say at INFO what only their authors want to know.
_QUIET = (
    "aiokafka",
    "faststream",
    "uvicorn.access",
    "uvicorn.error",
    "httpx",
    "alembic",
    "asyncio",
)


def get_logger(name: str | None = None) -> Logger:
    """Makes a logger; bind what every line of it should carry."""
    logger: Logger = structlog.stdlib.get_logger(name)
    return logger


@contextlib.contextmanager
def bind_interview(interview_id: str) -> Iterator[None]:
    """Puts the interview's id on every line logged inside, across awaits."""
    with structlog.contextvars.bound_contextvars(interview_id=interview_id):
        yield


def bound_interview() -> str:
    """The interview that this context works for; empty where there is none."""
    return str(structlog.contextvars.get_contextvars().get("interview_id", ""))


def configure_logging(settings: PlatformSettings) -> None:
    """Sends all logs, the libraries' too, to stderr in one format."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(settings.log_format),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    for library in _QUIET:
        logging.getLogger(library).setLevel(max(logging.WARNING, root.level))


def _renderers(log_format: str) -> list[structlog.typing.Processor]:
    if log_format == "console":
        return [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


def _add_trace(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = f"{context.trace_id:032x}"
    return event
