"""A clock that a test turns by hand."""

from datetime import UTC, datetime, timedelta

_START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


class FakeClock:
    """Stands still until it is told to go on."""

    def __init__(self, start: datetime = _START) -> None:
        self._start = start
        self._passed_s = 0.0

    def now(self) -> datetime:
        """The wall clock."""
        return self._start + timedelta(seconds=self._passed_s)

    def monotonic(self) -> float:
        """Seconds since this clock was made."""
        return self._passed_s

    def advance(self, seconds: float) -> None:
        """Lets time pass."""
        self._passed_s += seconds
