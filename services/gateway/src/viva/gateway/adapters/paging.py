"""Cursor paging, the same for every list: newest first, by id."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from viva.gateway.application.ports import Cursor, Page

Item = TypeVar("Item")


async def page(
    session: AsyncSession,
    statement: Select[Any],
    identity: ColumnElement[str],
    cursor: Cursor,
    read: Callable[[RowMapping], Item],
) -> Page[Item]:
    """Reads one page; asks for one row more to know whether there are further ones."""
    if cursor.starting_after:
        statement = statement.where(identity < cursor.starting_after)
    statement = statement.order_by(identity.desc()).limit(cursor.limit + 1)
    rows = (await session.execute(statement)).mappings().all()
    return Page(
        items=tuple(read(row) for row in rows[: cursor.limit]),
        has_more=len(rows) > cursor.limit,
    )
