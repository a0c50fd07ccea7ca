"""Metrics that every service has, named by OpenTelemetry's semantic conventions.

No id of an interview, a candidate or a customer is ever an attribute: such series never end.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from opentelemetry.metrics import CallbackOptions, Histogram, Meter, Observation

from viva.platform.errors import VivaError
from viva.platform.telemetry import meter

# Seconds, as the conventions advise for requests.
REQUEST_S = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
# Seconds, for a reply in a conversation: finer where people notice.
REPLY_S = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.25, 1.5, 2, 2.5, 3, 4, 6, 10)
# Seconds, for work that a model does and for whole stages.
WORK_S = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600)

T = TypeVar("T")
Attributes = Mapping[str, str | int | bool]


def seconds(
    meters: Meter, name: str, description: str, boundaries: tuple[float, ...] = REQUEST_S
) -> Histogram:
    """A histogram of durations in seconds."""
    return meters.create_histogram(
        name,
        unit="s",
        description=description,
        explicit_bucket_boundaries_advisory=boundaries,
    )


def error_type(error: BaseException) -> str:
    """The `error.type` of an error: our stable code, else the class; never its text."""
    return error.code if isinstance(error, VivaError) else type(error).__name__


@contextmanager
def timed(histogram: Histogram, attributes: Attributes) -> Iterator[None]:
    """Records how long a block takes, and with which error it ended."""
    began = time.monotonic()
    try:
        yield
    except BaseException as error:
        took_s = time.monotonic() - began
        histogram.record(took_s, {**attributes, "error.type": error_type(error)})
        raise
    histogram.record(time.monotonic() - began, attributes)


class Gauge:
    """A figure that is read when metrics are collected; each part of a process adds its reading.

    Several services in one process have one instrument of a name, and a second callback for it
    would be ignored. A reading runs on a thread of its own and must only look at plain values.
    """

    def __init__(self, name: str, unit: str, description: str) -> None:
        self._readings: list[Callable[[], Iterable[Observation]]] = []
        self._lock = threading.Lock()
        meter("viva").create_observable_gauge(
            name, [self._observe], unit=unit, description=description
        )

    def add(self, read: Callable[[], Iterable[Observation]]) -> Callable[[], None]:
        """Adds a reading; what is returned takes it away again, any number of times."""
        with self._lock:
            self._readings.append(read)

        def remove() -> None:
            with self._lock:
                if read in self._readings:
                    self._readings.remove(read)

        return remove

    def _observe(self, _options: CallbackOptions) -> Iterable[Observation]:
        with self._lock:
            readings = list(self._readings)
        for read in readings:
            yield from read()


class Reading:
    """One reading of a gauge while its service runs; a part."""

    def __init__(self, gauge: Gauge, read: Callable[[], Iterable[Observation]]) -> None:
        self._gauge = gauge
        self._read = read
        self._remove: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Begins to tell."""
        self._remove = self._gauge.add(self._read)

    async def stop(self) -> None:
        """Tells nothing any more."""
        self._remove()


class Pool:
    """A pool that models run in: how long jobs wait for their turn, and how long they take."""

    def __init__(self, name: str) -> None:
        self._labels = {"viva.pool": name}
        meters = meter("viva.models")
        self._queued = seconds(
            meters, "viva.model.queue.duration", "Time that a job waits for its turn.", WORK_S
        )
        self._took = seconds(meters, "viva.model.job.duration", "Time that a job takes.", WORK_S)
        self._refused = meters.create_counter(
            "viva.model.jobs.refused",
            unit="{job}",
            description="Jobs that were not begun: no room, or past their deadline.",
        )
        self._refused.add(0, self._labels)

    def entered(self, work: Callable[..., T]) -> Callable[..., T]:
        """Notes that a job joins the queue now; the result is to be called when its turn comes."""
        arrived = time.monotonic()

        def measured(*arguments: object) -> T:
            self._queued.record(time.monotonic() - arrived, self._labels)
            with timed(self._took, self._labels):
                return work(*arguments)

        return measured

    def refused(self) -> None:
        """A job was turned away, or dropped before it began."""
        self._refused.add(1, self._labels)
