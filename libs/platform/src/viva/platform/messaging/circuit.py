"""When record after record fails, the fault is ours: stop before the topic is all dead letters."""

import asyncio

from viva.platform.health import Health
from viva.platform.log import get_logger

_log = get_logger(__name__)


class Circuit:
    """Holds a topic's records back after too many dead letters in a row.

    After the rest one record is let through; if it succeeds the topic flows again.

    Args:
        limit: dead letters in a row that open it.
        rest_s: how long it stays open.
    """

    def __init__(self, health: Health, *, limit: int = 20, rest_s: float = 30.0) -> None:
        self._health = health
        self._limit = limit
        self._rest_s = rest_s
        self._in_a_row: dict[str, int] = {}
        self._probing: dict[str, asyncio.Lock] = {}

    async def closed(self, topic: str) -> None:
        """Returns when a record of the topic may be handled."""
        if self._in_a_row.get(topic, 0) < self._limit:
            return
        async with self._probing.setdefault(topic, asyncio.Lock()):
            if self._in_a_row.get(topic, 0) >= self._limit:
                await asyncio.sleep(self._rest_s)

    def succeeded(self, topic: str) -> None:
        """Notes that a record was handled."""
        if self._in_a_row.pop(topic, 0) >= self._limit:
            _log.info("circuit_closed", topic=topic)
            self._health.recover(f"circuit {topic}")

    def failed(self, topic: str) -> None:
        """Notes a dead letter."""
        self._in_a_row[topic] = self._in_a_row.get(topic, 0) + 1
        if self._in_a_row[topic] == self._limit:
            _log.error("circuit_opened", topic=topic, dead_letters_in_a_row=self._limit)
            self._health.degrade(f"circuit {topic}", "too many dead letters in a row")
