"""Lists: the query parameters that page them, and the form of their answers."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query

from viva.gateway.application.ports import Cursor, Page
from viva.gateway.application.presenting import Json

Item = TypeVar("Item")
ID_PATTERN = r"^[a-z]{2,4}_[A-Za-z0-9_]{1,64}$"


def _cursor(
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    starting_after: Annotated[
        str | None, Query(pattern=ID_PATTERN, description="Id of the last item of the page before")
    ] = None,
) -> Cursor:
    return Cursor(limit, starting_after or "")


Paging = Annotated[Cursor, Depends(_cursor)]


def list_document(page: Page[Item], present: Callable[[Item], Json]) -> Json:
    """Shows a page, newest first."""
    return {
        "object": "list",
        "data": [present(item) for item in page.items],
        "has_more": page.has_more,
    }


def listing(items: list[Any], has_more: bool = False) -> Json:
    """Shows documents that are built already."""
    return {"object": "list", "data": items, "has_more": has_more}
