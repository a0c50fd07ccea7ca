"""Asking a dependency now and then whether it is there."""

import asyncio
from collections.abc import Awaitable, Callable

from viva.platform.errors import VivaError
from viva.platform.health import Health

_EVERY_S = 5.0


class Probe:
    """Marks the process degraded while a dependency does not answer."""

    def __init__(
        self,
        health: Health,
        name: str,
        ask: Callable[[], Awaitable[None]],
        every_s: float = _EVERY_S,
    ) -> None:
        self._health = health
        self._name = name
        self._ask = ask
        self._every_s = every_s
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to ask."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stops asking."""
        task, self._task = self._task, None
        if task:
            task.cancel()
            await asyncio.wait([task])

    async def _run(self) -> None:
        while True:
            try:
                await self._ask()
            except VivaError as error:
                self._health.degrade(self._name, error.code)
            except Exception as error:
                self._health.degrade(self._name, type(error).__name__)
            else:
                self._health.recover(self._name)
            await asyncio.sleep(self._every_s)
