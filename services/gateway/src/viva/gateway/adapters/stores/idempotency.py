"""Answered requests in PostgreSQL."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from viva.gateway.adapters.tables import idempotency
from viva.gateway.application.ports import StoredAnswer


class SqlIdempotency:
    """Which requests were answered already."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def begin(self, key_hash: str, fingerprint: str, now: datetime) -> StoredAnswer | None:
        """Claims a key, or gives what another request with that key left."""
        statement = insert(idempotency).values(
            key_hash=key_hash,
            fingerprint=fingerprint,
            done=False,
            status=0,
            sealed_body=b"",
            started_at=now,
        )
        claimed = await self._session.execute(
            statement.on_conflict_do_nothing().returning(idempotency.c.key_hash)
        )
        if claimed.first() is not None:
            return None
        found = select(idempotency).where(idempotency.c.key_hash == key_hash)
        row = (await self._session.execute(found)).mappings().one()
        return StoredAnswer(
            row["fingerprint"],
            row["done"],
            row["status"],
            bytes(row["sealed_body"]),
            row["started_at"],
        )

    async def take_over(
        self, key_hash: str, fingerprint: str, started_at: datetime, now: datetime
    ) -> bool:
        """Claims a key whose request never ended, or whose answer is no longer replayed."""
        taken = await self._session.execute(
            update(idempotency)
            .where(idempotency.c.key_hash == key_hash, idempotency.c.started_at == started_at)
            .values(fingerprint=fingerprint, started_at=now, done=False, status=0, sealed_body=b"")
            .returning(idempotency.c.key_hash)
        )
        return taken.first() is not None

    async def finish(self, key_hash: str, status: int, sealed_body: bytes) -> None:
        """Stores the answer."""
        await self._session.execute(
            update(idempotency)
            .where(idempotency.c.key_hash == key_hash)
            .values(done=True, status=status, sealed_body=sealed_body)
        )

    async def forget(self, key_hash: str) -> None:
        """Gives the key free: the request had no effect."""
        await self._session.execute(
            delete(idempotency).where(
                idempotency.c.key_hash == key_hash, idempotency.c.done.is_(False)
            )
        )

    async def sweep(self, before: datetime) -> None:
        """Drops answers that are no longer replayed."""
        await self._session.execute(delete(idempotency).where(idempotency.c.started_at < before))
