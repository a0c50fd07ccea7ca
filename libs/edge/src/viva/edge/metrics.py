"""How many candidates are connected, and how their connections end."""

from opentelemetry import metrics


class EdgeMetrics:
    """Counts on the process's meter, by service; an interview is never a label."""

    def __init__(self, meter: metrics.Meter, service: str) -> None:
        self._live = meter.create_up_down_counter(
            f"viva.{service}.connections.live",
            unit="{connection}",
            description="Candidates connected",
        )
        self._closed = meter.create_counter(
            f"viva.{service}.connections.closed",
            unit="{connection}",
            description="Connections ended",
        )
        self._reattached = meter.create_counter(
            f"viva.{service}.session.reattached",
            unit="{stream}",
            description="Sessions lost under a connection",
        )
        self._live.add(0)
        self._reattached.add(0)

    def opened(self) -> None:
        """A candidate's connection was admitted."""
        self._live.add(1)

    def closed(self, reason: str) -> None:
        """It ended."""
        self._live.add(-1)
        self._closed.add(1, {"viva.reason": reason})

    def reattached(self) -> None:
        """A connection lost its session."""
        self._reattached.add(1)
