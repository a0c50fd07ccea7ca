"""How a pull tells what it does: bars on a terminal, a line now and then elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TransferSpeedColumn
from rich.progress import Progress as RichProgress

Report = Callable[[int], None]
"""Told the absolute number of bytes that are there."""


class Progress(Protocol):
    """Shows the advance of one download at a time."""

    def task(self, label: str, total_bytes: int) -> AbstractContextManager[Report]:
        """Begin a download; the report is called with the bytes that are there so far."""
        ...


class SilentProgress:
    """Shows nothing."""

    @contextmanager
    def task(self, label: str, total_bytes: int) -> Iterator[Report]:  # noqa: ARG002
        """See Progress."""
        yield lambda _done: None


class LineProgress:
    """Writes one line at the beginning and at the end, and one every few seconds between."""

    def __init__(self, stream: TextIO = sys.stderr, interval_s: float = 3.0) -> None:
        self._stream = stream
        self._interval_s = interval_s

    @contextmanager
    def task(self, label: str, total_bytes: int) -> Iterator[Report]:
        """See Progress."""
        started = said = time.monotonic()
        total = total_bytes / 1e6
        print(f"{label}: {total:.1f} MB", file=self._stream, flush=True)

        def report(done_bytes: int) -> None:
            nonlocal said
            if (now := time.monotonic()) - said >= self._interval_s:
                said = now
                line = f"{label}: {done_bytes / 1e6:.1f} of {total:.1f} MB"
                print(line, file=self._stream, flush=True)

        yield report
        took = time.monotonic() - started
        print(f"{label}: downloaded in {took:.1f} s", file=self._stream, flush=True)


class BarProgress:
    """A bar per download, for terminals."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def task(self, label: str, total_bytes: int) -> Iterator[Report]:
        """See Progress."""
        columns = (TextColumn(label), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        with RichProgress(*columns, console=self._console) as bars:
            bar = bars.add_task(label, total=total_bytes)
            yield lambda done: bars.update(bar, completed=done)


def progress_for(stream: TextIO) -> Progress:
    """Bars where `stream` is a terminal, plain lines elsewhere."""
    return BarProgress(Console(file=stream)) if stream.isatty() else LineProgress(stream)
