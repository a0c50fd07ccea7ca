"""A few threads for the live models; whoever's answer is needed first goes first."""

import asyncio
import heapq
import itertools
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from viva.platform.instruments import Pool

T = TypeVar("T")


class DeadlinePool:
    """Runs calls in the order of their deadlines; one that is past it is not begun.

    Args:
        threads: calls at once.
        limit: calls that may wait; beyond it the one with the latest deadline is dropped.
        monotonic: seconds, the clock of the deadlines.
    """

    def __init__(
        self, name: str, threads: int, monotonic: Callable[[], float], *, limit: int = 64
    ) -> None:
        self._name = name
        self._pool = Pool(name)
        self._monotonic = monotonic
        self._limit = limit
        self._order = itertools.count()
        self._waiting: list[tuple[float, int, Future[Any], Callable[[], Any]]] = []
        self._changed = threading.Condition()
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{i}", daemon=True)
            for i in range(threads)
        ]

    async def start(self) -> None:
        """Starts the threads."""
        for thread in self._threads:
            thread.start()

    async def stop(self) -> None:
        """Drops what waits and ends the threads. Idempotent."""
        with self._changed:
            self._stopping = True
            for _, _, future, _ in self._waiting:
                future.cancel()
            self._waiting.clear()
            self._changed.notify_all()
        for thread in self._threads:
            if thread.is_alive():
                await asyncio.to_thread(thread.join, 5)

    async def run(self, call: Callable[[], T], *, within_s: float) -> T:
        """Runs a call.

        Raises:
            TimeoutError: it would have begun after its deadline, or was dropped.
        """
        future: Future[T] = Future()
        with self._changed:
            entry = (
                self._monotonic() + within_s,
                next(self._order),
                future,
                self._pool.entered(call),
            )
            heapq.heappush(self._waiting, entry)
            if len(self._waiting) > self._limit:
                latest = max(self._waiting)
                self._waiting.remove(latest)
                heapq.heapify(self._waiting)
                latest[2].cancel()
                self._pool.refused()
            self._changed.notify()
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if future.cancelled() and not _being_cancelled():
                raise TimeoutError(f"{self._name} is busy") from None
            raise

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._stopping:
                    self._changed.wait()
                if self._stopping:
                    return
                deadline, _, future, call = heapq.heappop(self._waiting)
            if self._monotonic() > deadline:
                self._pool.refused()
                future.cancel()
            elif future.set_running_or_notify_cancel():
                _settle(future, call)


def _settle(future: Future[Any], call: Callable[[], Any]) -> None:
    try:
        future.set_result(call())
    except BaseException as error:
        future.set_exception(error)


def _being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
