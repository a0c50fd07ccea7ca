"""The pool of connections of one schema, straight to PostgreSQL or by way of PgBouncer."""

from typing import Any
from uuid import uuid4

import asyncpg
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from viva.platform.db.connection import connect

# A process that freezes, or whose machine is gone, in the middle of a transaction holds its rows no
# longer than this: whoever takes a conversation over needs one of them.
IDLE_MS = 10_000


def open_engine(
    url: str, schema: str, *, pool_size: int, overflow: int, pooler: bool
) -> AsyncEngine:
    """Makes the pool; it connects when it is first used.

    Args:
        pooler: a PgBouncer in transaction mode is at the other end. Each transaction then sets its
            own search path, and statements get names that no other client can have used.
    """

    async def creator(**_ignored: Any) -> asyncpg.Connection:
        return await connect(url, schema, pooler=pooler, idle_ms=IDLE_MS)

    arguments: dict[str, Any] = {"async_creator_fn": creator}
    if pooler:
        arguments["prepared_statement_cache_size"] = 0
        arguments["prepared_statement_name_func"] = lambda: f"viva_{uuid4().hex}"
    engine = create_async_engine(
        "postgresql+asyncpg://",
        connect_args=arguments,
        pool_size=pool_size,
        max_overflow=overflow,
        pool_timeout=10,
        pool_pre_ping=True,
    )
    if pooler:
        _set_what_the_pooler_forgets(engine, schema)
    return engine


def _set_what_the_pooler_forgets(engine: AsyncEngine, schema: str) -> None:
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(f'SET LOCAL search_path TO "{schema}"')
        connection.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout TO {IDLE_MS}")

    event.listen(engine.sync_engine, "begin", begun)
