"""How long committed events wait to be published."""

import time
from datetime import datetime

import asyncpg
from opentelemetry.metrics import Observation

from viva.platform.instruments import Gauge

_EVERY_S = 5.0
_WAITING = (
    "SELECT count(*) AS count, min(created_at) AS oldest FROM outbox WHERE published_at IS NULL"
)
_age = Gauge("viva.outbox.age", "s", "Age of the oldest event that is not published yet.")
_waiting = Gauge("viva.outbox.waiting", "{event}", "Events that are not published yet.")


class OutboxGauge:
    """The figures of one schema's outbox, told by the relay that owns its first bucket.

    While the database or the broker is away the last known row keeps ageing, as it does there.
    """

    def __init__(self, schema: str) -> None:
        self._labels = {"viva.schema": schema}
        self._known: tuple[int, datetime | None] | None = None
        self._measured_at = float("-inf")
        self._removers = [_age.add(self._ages), _waiting.add(self._counts)]

    async def measure(self, connection: asyncpg.Connection, *, owner: bool) -> None:
        """Looks, if the last time is long enough ago; only the owner tells."""
        if not owner:
            self._known = None
            return
        if time.monotonic() - self._measured_at < _EVERY_S:
            return
        self._measured_at = time.monotonic()
        row = await connection.fetchrow(_WAITING)
        self._known = row["count"], row["oldest"]

    def close(self) -> None:
        """Tells nothing any more."""
        for remove in self._removers:
            remove()

    def _ages(self) -> list[Observation]:
        if self._known is None:
            return []
        _, oldest = self._known
        age_s = time.time() - oldest.timestamp() if oldest else 0.0
        return [Observation(max(0.0, age_s), self._labels)]

    def _counts(self) -> list[Observation]:
        return [] if self._known is None else [Observation(self._known[0], self._labels)]
