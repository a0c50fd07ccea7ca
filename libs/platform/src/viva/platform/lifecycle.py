"""Parts: started in order, stopped in reverse, each within a time limit."""

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeVar

from viva.platform.log import get_logger

_log = get_logger(__name__)


class Part(Protocol):
    """Anything with a lifecycle."""

    async def start(self) -> None:
        """Returns when the part can be used."""
        ...

    async def stop(self) -> None:
        """Idempotent and bounded; also called when `start` failed half way."""
        ...


P = TypeVar("P", bound=Part)


class PartStack:
    """Parts in the order of their dependencies.

    Args:
        stop_timeout_s: for each part.
        starting: told the name of each part before it is started.
    """

    def __init__(
        self, stop_timeout_s: float, starting: Callable[[str], None] = lambda _: None
    ) -> None:
        self._stop_timeout_s = stop_timeout_s
        self._starting = starting
        self._parts: list[Part] = []
        self._begun: list[Part] = []

    def add(self, part: P) -> P:
        """Appends a part, which may use all parts before it."""
        self._parts.append(part)
        return part

    async def start(self) -> None:
        """Starts all; when one fails, those begun are stopped and its error is raised."""
        for part in self._parts:
            self._begun.append(part)
            self._starting(type(part).__name__)
            try:
                await part.start()
            except BaseException:
                await self.stop()
                raise

    async def stop(self) -> None:
        """Stops all that were begun, last first; one that fails does not keep the others up."""
        while self._begun:
            await self._stop_one(self._begun.pop())

    async def _stop_one(self, part: Part) -> None:
        name = type(part).__name__
        try:
            async with asyncio.timeout(self._stop_timeout_s):
                await part.stop()
        except TimeoutError:
            _log.error("part_stop_timed_out", part=name, timeout_s=self._stop_timeout_s)
        except Exception:
            _log.exception("part_stop_failed", part=name)
