"""Rows that nobody needs any more, and rows that are needed again."""

import time
from datetime import timedelta

import asyncpg

from viva.platform.db.unit_of_work import WAKE_CHANNEL

_EVERY_S = 600.0
_REQUEUE = """
    UPDATE outbox SET published_at = NULL
    FROM outbox_sequence AS known
    WHERE known.aggregate_id = outbox.aggregate_id
      AND outbox.sequence > known.settled_sequence
      AND outbox.published_at IS NOT NULL
"""


class Pruning:
    """Deletes old rows of outbox and inbox, every ten minutes.

    Args:
        outbox_hours: how long published events are kept.
        inbox_hours: how long processed ids are; longer than topics and dead letters live.
    """

    def __init__(self, outbox_hours: float, inbox_hours: float) -> None:
        self._outbox = timedelta(hours=outbox_hours)
        self._inbox = timedelta(hours=inbox_hours)
        self._ran_at = float("-inf")

    async def run_when_due(self, connection: asyncpg.Connection) -> None:
        """Deletes what is too old, if the last time is long enough ago."""
        if time.monotonic() - self._ran_at < _EVERY_S:
            return
        self._ran_at = time.monotonic()
        await connection.execute(
            "DELETE FROM outbox WHERE published_at < now() - $1::interval", self._outbox
        )
        await connection.execute(
            "DELETE FROM inbox WHERE received_at < now() - $1::interval", self._inbox
        )


async def requeue_unsettled(connection: asyncpg.Connection, schema: str) -> int:
    """Has events of unfinished interviews published again, for a broker that forgot them.

    Returns:
        How many rows.
    """
    status = await connection.execute(_REQUEUE)
    await connection.execute("SELECT pg_notify($1, $2)", WAKE_CHANNEL, schema)
    return int(status.rpartition(" ")[2])
