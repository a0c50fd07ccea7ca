"""What a process says of itself: alive, ready, degraded."""

from collections.abc import Callable
from typing import Any

from viva.platform.clock import Clock

# The loop beats every second; this long without a beat and it is taken for dead.
HEARTBEAT_S = 1.0
_DEAD_AFTER_S = 15.0


class Health:
    """Readiness is: started and not draining. A dependency that blinks only degrades.

    All replicas leaving the load balancer at once would be the outage itself.
    """

    def __init__(self, service: str, clock: Clock) -> None:
        self.service = service
        self.started = False
        self.draining = False
        self.starting: str | None = None
        self._clock = clock
        self._last_beat = clock.monotonic()
        self._degraded: dict[str, str] = {}
        self._reports: dict[str, Callable[[], Any]] = {}

    @property
    def live(self) -> bool:
        """Whether the event loop still turns."""
        return self._clock.monotonic() - self._last_beat < _DEAD_AFTER_S

    @property
    def ready(self) -> bool:
        """Whether new work should come here."""
        return self.started and not self.draining

    def beat(self) -> None:
        """Called by the event loop, once a second."""
        self._last_beat = self._clock.monotonic()

    def degrade(self, name: str, reason: str) -> None:
        """Notes that something is away; the process stays ready."""
        self._degraded[name] = reason

    def recover(self, name: str) -> None:
        """Takes back what `degrade` noted."""
        self._degraded.pop(name, None)

    @property
    def degraded(self) -> dict[str, str]:
        """What is away, and why."""
        return dict(self._degraded)

    def report(self, name: str, read: Callable[[], Any]) -> None:
        """Adds a figure to the body of `/readyz`, such as `conversations`."""
        self._reports[name] = read

    def body(self) -> dict[str, Any]:
        """The body of `/readyz`."""
        return {
            "service": self.service,
            "status": self._status(),
            "started": self.started,
            "starting": self.starting,
            "draining": self.draining,
            "degraded": self.degraded,
            **{name: read() for name, read in self._reports.items()},
        }

    def _status(self) -> str:
        if self.draining:
            return "draining"
        if not self.started:
            return "starting"
        return "degraded" if self._degraded else "ready"
