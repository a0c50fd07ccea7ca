"""Wake-ups between replicas by LISTEN and NOTIFY, sent when a transaction commits."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from viva.platform.backoff import Backoff
from viva.platform.db import Database, UnitOfWork
from viva.platform.db.connection import connect, is_transient
from viva.platform.errors import TransientError
from viva.platform.log import get_logger

CHANNEL = "viva_session"
EVERYTHING = ""
"""What a listener is told in place of an interview's id when wake-ups may have been missed."""

_CHECK_EVERY_S = 15.0

log = get_logger(__name__)


class PostgresWakeups:
    """One connection that listens; while it is away wake-ups are lost, and said to be."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: dict[str, list[Callable[[str], None]]] = defaultdict(list)

    def on(self, topic: str, callback: Callable[[str], None]) -> None:
        """Calls back, on the event loop, with the id of an interview to look at.

        After the connection was away it is called with EVERYTHING.
        """
        self._listeners[topic].append(callback)

    async def wake(self, uow: UnitOfWork, topic: str, interview_id: str) -> None:
        """Wakes every replica that listens for the topic, if this unit of work commits."""
        await uow.session.execute(select(func.pg_notify(CHANNEL, f"{topic} {interview_id}")))

    async def run(self) -> None:
        """Listens until it is cancelled."""
        backoff = Backoff()
        while True:
            try:
                connection = await connect(self._database.url, self._database.schema)
            except TransientError:
                await asyncio.sleep(backoff.next_s())
                continue
            backoff = Backoff()
            try:
                await self._listen(connection)
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("wakeups_away", reason=type(error).__name__)
            finally:
                connection.terminate()

    async def _listen(self, connection: Any) -> None:
        await connection.add_listener(CHANNEL, self._received)
        for callbacks in self._listeners.values():
            for callback in callbacks:
                callback(EVERYTHING)
        while True:
            await asyncio.sleep(_CHECK_EVERY_S)
            await connection.execute("SELECT 1")

    def _received(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        topic, _, interview_id = str(payload).partition(" ")
        for callback in self._listeners[topic]:
            callback(interview_id)
