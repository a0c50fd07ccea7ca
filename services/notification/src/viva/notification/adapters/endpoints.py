"""Endpoints in the database."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from viva.notification.application.records import EndpointRow
from viva.platform.errors import NotFoundError


async def create_endpoint(session: AsyncSession, row: EndpointRow) -> EndpointRow:
    """Keeps a new endpoint."""
    session.add(row)
    await session.flush()
    return row


async def get_endpoint(session: AsyncSession, tenant_id: str, endpoint_id: str) -> EndpointRow:
    """Finds a tenant's endpoint.

    Raises:
        NotFoundError: the tenant has none with this id.
    """
    row = await session.get(EndpointRow, endpoint_id)
    if row is None or row.tenant_id != tenant_id:
        raise NotFoundError(f"there is no webhook endpoint {endpoint_id}")
    return row


async def list_endpoints(
    session: AsyncSession, tenant_id: str, starting_after: str, limit: int
) -> list[EndpointRow]:
    """Lists endpoints, the newest first; one more than `limit` where there are more."""
    query = select(EndpointRow).where(EndpointRow.tenant_id == tenant_id)
    if starting_after:
        query = query.where(EndpointRow.id < starting_after)
    return list(await session.scalars(query.order_by(EndpointRow.id.desc()).limit(limit + 1)))
