"""Saying in `/readyz` that the broker lacks topics, or has them with other partitions."""

import asyncio
from collections.abc import Collection

from viva.platform.errors import VivaError
from viva.platform.health import Health
from viva.platform.log import get_logger
from viva.platform.messaging.topics import verify_topics
from viva.platform.settings import PlatformSettings

_log = get_logger(__name__)
_EVERY_S = 30.0


class TopicsWatch:
    """Compares a service's topics with the catalogue until they agree.

    The service runs meanwhile: it reads what is there, and its outbox keeps what it cannot publish.
    """

    def __init__(self, settings: PlatformSettings, health: Health, topics: Collection[str]) -> None:
        self._settings = settings
        self._health = health
        self._topics = topics
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to compare."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stops."""
        task, self._task = self._task, None
        if task:
            task.cancel()
            await asyncio.wait([task])

    async def _run(self) -> None:
        while not await self._agree():  # noqa: ASYNC110 - nobody tells when a topic is made
            await asyncio.sleep(_EVERY_S)

    async def _agree(self) -> bool:
        try:
            differences = await verify_topics(self._settings, self._topics)
        except VivaError as error:
            self._health.degrade("topics", error.code)
            return False
        if not differences:
            self._health.recover("topics")
            return True
        self._health.degrade("topics", "; ".join(differences))
        _log.warning("topics_differ", differences=differences)
        return False
