"""One partition's records, one after the other, while other partitions go on."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from viva.platform.messaging.event import Record

_HIGH = 64
_LOW = 16


class Lane:
    """Handles the records of one assigned partition in order.

    Args:
        process: handles one record; returns when its offset may be committed.
        done: told the offset to commit after each record.
        throttle: told True when too many wait, False when few do.
    """

    def __init__(
        self,
        process: Callable[[Record], Awaitable[None]],
        done: Callable[[int], None],
        throttle: Callable[[bool], None],
    ) -> None:
        self._process = process
        self._done = done
        self._throttle = throttle
        self._waiting: deque[Record] = deque()
        self._wake = asyncio.Event()
        self._closing = False
        self._throttled = False
        self._running: Record | None = None
        self._handled: int | None = None
        self._task = asyncio.create_task(self._run())

    @property
    def oldest_ms(self) -> int | None:
        """When the record that is handled or waits first was written, in ms since 1970."""
        record = self._running or (self._waiting[0] if self._waiting else None)
        return record.timestamp if record else None

    @property
    def handled(self) -> int | None:
        """The offset after the last record that was handled here."""
        return self._handled

    def put(self, record: Record) -> None:
        """Queues a record."""
        self._waiting.append(record)
        self._wake.set()
        if len(self._waiting) >= _HIGH and not self._throttled:
            self._throttled = True
            self._throttle(True)

    async def close(self, wait_s: float) -> None:
        """Begins no other record; lets the running one end, or cancels it after `wait_s`.

        What was queued was not committed: whoever has the partition next gets it.
        """
        self._closing = True
        self._waiting.clear()
        self._wake.set()
        _, running = await asyncio.wait([self._task], timeout=wait_s)
        if running:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while not self._closing:
            if not self._waiting:
                self._wake.clear()
                await self._wake.wait()
                continue
            record = self._running = self._waiting.popleft()
            await self._process(record)
            self._running, self._handled = None, record.offset + 1
            self._done(record.offset + 1)
            if self._throttled and len(self._waiting) <= _LOW:
                self._throttled = False
                if not self._closing:
                    self._throttle(False)
