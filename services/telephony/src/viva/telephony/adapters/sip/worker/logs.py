"""The stack's own log lines on stderr as JSON, without the numbers that are in them."""

import json
import logging
import re
import sys
import traceback

_DIGITS = re.compile(r"\+?\d{5,}")
_HEADERS = ("Authorization", "auth_pass", "crypto:", "inline:")
_PACKETS = ("jbuf:", "rtcp_sess:")
"""What these say is said of each lost or late packet; the leg's counters have their number."""


def mask(text: str) -> str:
    """A line that may be kept: numbers hidden, and nothing at all of one that holds a secret."""
    if any(word in text for word in _HEADERS):
        return "(a line with credentials)"
    return _DIGITS.sub("***", text).strip()


class _Masked(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {"event": "sip_stack", "level": record.levelname.lower(), "source": record.name}
        return json.dumps({**line, "line": mask(record.getMessage())})


def worth_a_line(record: logging.LogRecord) -> bool:
    """Whether it tells more than the counters do."""
    return not record.getMessage().startswith(_PACKETS)


def configure(level: int = logging.WARNING) -> None:
    """Sends what the stack says at `level` or above to stderr, masked."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Masked())
    handler.addFilter(worth_a_line)
    stack = logging.getLogger("baresip")
    stack.handlers = [handler]
    stack.propagate = False
    stack.setLevel(level)
    # Not every outcome of a call is worth a line, and the trace holds whole messages.
    logging.getLogger("baresip.native.sip").disabled = True


def report(error: BaseException | None) -> None:
    """An error of our own that ends the worker."""
    frames = traceback.format_tb(error.__traceback__) if error else []
    logging.getLogger("baresip").error("%s %s", type(error).__name__, "".join(frames))
