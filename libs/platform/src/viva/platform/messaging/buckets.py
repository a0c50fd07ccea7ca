"""Who publishes what: buckets of interviews, shared fairly by the relays that live."""

import time

import asyncpg

from viva.platform.db.unit_of_work import BUCKETS

_EVERY_S = 2.0
_MEMBERS = 1_000_000  # beside the bucket numbers: a lock that every relay holds with the others

_COUNT_MEMBERS = """
    SELECT count(*) FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND objid = $2
      AND classid = ($1::bigint & 4294967295)::oid
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class Buckets:
    """The buckets that one relay owns, as advisory locks of its connection.

    PostgreSQL gives them back when the connection ends, however it ends; no clock is compared.
    """

    def __init__(self, connection: asyncpg.Connection, schema: str) -> None:
        self.owned: set[int] = set()
        self._connection = connection
        self._schema = schema
        self._space = 0
        self._balanced_at = float("-inf")

    async def join(self) -> None:
        """Becomes one of the relays."""
        self._space = await self._connection.fetchval(
            "SELECT hashtext($1)", f"viva-outbox:{self._schema}"
        )
        await self._connection.execute(
            "SELECT pg_advisory_lock_shared($1, $2)", self._space, _MEMBERS
        )

    async def balance(self) -> None:
        """Takes free buckets up to a fair share, gives back the rest. Call between passes."""
        now = time.monotonic()
        if now - self._balanced_at < _EVERY_S:
            return
        self._balanced_at = now
        members = await self._connection.fetchval(_COUNT_MEMBERS, self._space, _MEMBERS)
        share = -(-BUCKETS // max(members, 1))
        for bucket in sorted(self.owned)[share:]:
            await self._connection.execute("SELECT pg_advisory_unlock($1, $2)", self._space, bucket)
            self.owned.remove(bucket)
        for bucket in range(BUCKETS):
            if len(self.owned) >= share:
                return
            if bucket not in self.owned and await self._connection.fetchval(
                "SELECT pg_try_advisory_lock($1, $2)", self._space, bucket
            ):
                self.owned.add(bucket)
