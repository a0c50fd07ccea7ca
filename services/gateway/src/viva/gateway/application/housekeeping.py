"""What the gateway does by itself: built-in definitions at start, sweeps of what is outdated."""

import asyncio

from viva.gateway.application.answering_once import Answers
from viva.gateway.application.context import Context
from viva.gateway.application.curating import store_built_in
from viva.gateway.application.ports import OpenWork
from viva.platform.errors import TransientError
from viva.platform.log import get_logger

_log = get_logger(__name__)


class BuiltInDefinitions:
    """Puts the built-in definitions beside those of the tenants when the service starts."""

    def __init__(self, open_work: OpenWork) -> None:
        self._open_work = open_work

    async def start(self) -> None:
        """Stores what is missing."""
        async with self._open_work() as work:
            await store_built_in(work)

    async def stop(self) -> None:
        """Nothing runs."""


class Housekeeping:
    """Drops expired credentials and answers that are no longer replayed."""

    def __init__(
        self, open_work: OpenWork, context: Context, answers: Answers, *, every_s: float
    ) -> None:
        self._open_work = open_work
        self._context = context
        self._answers = answers
        self._every_s = every_s

    async def run(self) -> None:
        """Sweeps for ever."""
        while True:
            try:
                await self.sweep()
            except TransientError as error:
                _log.warning("sweep_postponed", code=error.code)
            await asyncio.sleep(self._every_s)

    async def sweep(self) -> None:
        """Sweeps once."""
        async with self._open_work() as work:
            await work.doors.sweep(self._context.now())
        await self._answers.sweep()
