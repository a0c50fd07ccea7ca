"""The database of one service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from viva.platform.backoff import Backoff
from viva.platform.clock import Clock, SystemClock
from viva.platform.db.connection import mapped_errors
from viva.platform.db.engine import open_engine
from viva.platform.db.migrate import check_compatible, migrate
from viva.platform.db.unit_of_work import UnitOfWork
from viva.platform.errors import TransientError
from viva.platform.ids import Ids, UlidIds
from viva.platform.log import get_logger
from viva.platform.settings import PlatformSettings

_log = get_logger(__name__)
_START_LIMIT_S = 60.0


class Database:
    """One schema of a PostgreSQL database, with a small pool of connections.

    Args:
        url: see `viva.platform.db.connection.connect`.
        schema: the service's name; made if it is not there.
        migrations: importable package with the service's Alembic revisions.
        pool_size: connections kept open.
        overflow: opened beyond them under load; as many again if None.
        pooler_url: of a PgBouncer in transaction mode; units of work go there.
    """

    def __init__(
        self,
        url: str,
        schema: str,
        *,
        migrations: str | None = None,
        migrate_on_start: bool = True,
        pool_size: int = 5,
        overflow: int | None = None,
        pooler_url: str | None = None,
        clock: Clock | None = None,
        ids: Ids | None = None,
    ) -> None:
        self.url = url
        self.schema = schema
        self._migrations = migrations
        self._migrate_on_start = migrate_on_start
        self._clock = clock or SystemClock()
        self._ids = ids or UlidIds()
        self._engine = open_engine(
            pooler_url or url,
            schema,
            pool_size=pool_size,
            overflow=pool_size if overflow is None else overflow,
            pooler=pooler_url is not None,
        )

    @classmethod
    def from_settings(
        cls,
        settings: PlatformSettings,
        *,
        schema: str,
        migrations: str | None,
        clock: Clock,
        ids: Ids,
    ) -> "Database":
        """The database that the settings name.

        Raises:
            SettingsError: VIVA_DATABASE_URL is not set.
        """
        return cls(
            settings.require("database_url"),
            schema,
            migrations=migrations,
            migrate_on_start=settings.migrate_on_start,
            pool_size=settings.database_pool_size,
            overflow=settings.database_overflow,
            pooler_url=(
                settings.require("database_pooler_url") if settings.database_pooler_url else None
            ),
            clock=clock,
            ids=ids,
        )

    @property
    def engine(self) -> AsyncEngine:
        """For what a unit of work is too much, such as a long read."""
        return self._engine

    async def start(self) -> None:
        """Brings the schema up to date if told to, and checks that this release can use it.

        Raises:
            TransientError: the database was away for a minute.
            SettingsError: the schema is older than this release.
        """
        deadline = self._clock.monotonic() + _START_LIMIT_S
        backoff = Backoff()
        while True:
            try:
                async with self._engine.begin() as connection:
                    with mapped_errors():
                        if self._migrate_on_start:
                            await migrate(connection, self.schema, self._migrations)
                        await check_compatible(connection, self.schema, self._migrations)
            except TransientError:
                if self._clock.monotonic() > deadline:
                    raise
                _log.warning("database_away", schema=self.schema)
                await asyncio.sleep(backoff.next_s())
            else:
                return

    async def stop(self) -> None:
        """Closes the pool."""
        await self._engine.dispose()

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncIterator[UnitOfWork]:
        """Opens a transaction; commits at the end unless an error leaves the block.

        Raises:
            TransientError: the database is away, or another transaction was in the way.
        """
        with mapped_errors():
            async with (
                AsyncSession(self._engine, expire_on_commit=False) as session,
                session.begin(),
            ):
                unit = UnitOfWork(session, f"/viva/{self.schema}", self._ids)
                yield unit
                await session.flush()
                await unit.write_outbox()

    async def ping(self) -> None:
        """Asks for nothing.

        Raises:
            TransientError: the database is away.
        """
        with mapped_errors():
            async with self._engine.connect() as connection:
                await connection.exec_driver_sql("SELECT 1")
