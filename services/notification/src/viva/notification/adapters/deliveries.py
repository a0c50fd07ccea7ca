"""Deliveries in the database: made, claimed, finished, listed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from viva.notification.application.ports import Announcement, ClaimedDelivery
from viva.notification.application.records import (
    DeliveryRow,
    EndpointRow,
    InterviewRow,
    TenantSecretRow,
    TryRow,
)
from viva.notification.domain.delivery import DeliveryStatus, Next, TryResult
from viva.notification.domain.signing import new_secret
from viva.platform.ids import derived_id

NAMED_IN_INTERVIEW = ""

# Tries that are under way come first in their URL's row numbers: a slow endpoint holds its own
# places, never all.
_CLAIM = text(
    """
    UPDATE deliveries SET leased_until = :until WHERE id IN (
        SELECT id FROM deliveries WHERE id IN (
            SELECT id FROM (
                SELECT id, next_try_at, leased_until,
                       row_number() OVER (
                           PARTITION BY url
                           ORDER BY coalesce(leased_until >= :now, false) DESC, next_try_at, id
                       ) AS place
                FROM deliveries
                WHERE status = 'pending' AND next_try_at <= :now
            ) AS due
            WHERE place <= :per_endpoint AND (leased_until IS NULL OR leased_until < :now)
            ORDER BY next_try_at LIMIT :count
        ) AND (leased_until IS NULL OR leased_until < :now) AND status = 'pending'
        FOR UPDATE SKIP LOCKED
    ) RETURNING id
    """
)


async def remember_interview(
    session: AsyncSession, interview_id: str, tenant_id: str, webhook_url: str
) -> None:
    """Keeps whose interview it is."""
    row = insert(InterviewRow).values(
        interview_id=interview_id, tenant_id=tenant_id, webhook_url=webhook_url, erased=False
    )
    await session.execute(row.on_conflict_do_nothing())


async def find_interview(session: AsyncSession, interview_id: str) -> InterviewRow | None:
    """Finds whose interview it is."""
    return await session.get(InterviewRow, interview_id)


async def signing_secret(session: AsyncSession, tenant_id: str) -> str:
    """Gives the tenant's own secret; makes it at first use."""
    row = insert(TenantSecretRow).values(tenant_id=tenant_id, secret=new_secret())
    await session.execute(row.on_conflict_do_nothing())
    return (await session.get_one(TenantSecretRow, tenant_id)).secret


async def create_deliveries(
    session: AsyncSession,
    interview: InterviewRow,
    announcement: Announcement,
    now: datetime,
) -> int:
    """Makes one delivery for each endpoint that wants the event; known ones stay as they are.

    Returns:
        How many there are to make.
    """
    endpoints = await session.scalars(
        select(EndpointRow).where(
            EndpointRow.tenant_id == interview.tenant_id,
            EndpointRow.enabled,
            or_(
                func.cardinality(EndpointRow.event_types) == 0,
                EndpointRow.event_types.contains([announcement.event_type]),
            ),
        )
    )
    targets = [(endpoint.id, endpoint.url) for endpoint in endpoints]
    if interview.webhook_url:
        targets.append((NAMED_IN_INTERVIEW, interview.webhook_url))
    for endpoint_id, url in targets:
        row = insert(DeliveryRow).values(
            id=derived_id("del", announcement.event_id, endpoint_id),
            tenant_id=interview.tenant_id,
            endpoint_id=endpoint_id,
            interview_id=interview.interview_id,
            url=url,
            event_id=announcement.event_id,
            event_type=announcement.event_type,
            body=announcement.body,
            status=DeliveryStatus.PENDING,
            next_try_at=now,
            tries=0,
            created_at=now,
            traceparent=announcement.traceparent,
        )
        await session.execute(row.on_conflict_do_nothing())
    return len(targets)


async def claim(
    session: AsyncSession, now: datetime, count: int, per_endpoint: int, lease: timedelta
) -> list[ClaimedDelivery]:
    """Takes deliveries that are due; no other worker gets them until the lease runs out."""
    parameters = {"now": now, "until": now + lease, "count": count, "per_endpoint": per_endpoint}
    ids = list(await session.scalars(_CLAIM, parameters))
    rows = await session.scalars(select(DeliveryRow).where(DeliveryRow.id.in_(ids)))
    return [await _claimed(session, row, now) for row in rows]


async def _claimed(session: AsyncSession, row: DeliveryRow, now: datetime) -> ClaimedDelivery:
    endpoint = await session.get(EndpointRow, row.endpoint_id)
    if endpoint is None:
        secrets: tuple[str, ...] = (await signing_secret(session, row.tenant_id),)
    else:
        secrets = (endpoint.secret,)
        until = endpoint.previous_secret_until
        if endpoint.previous_secret and until and until > now:
            secrets += (endpoint.previous_secret,)
    return ClaimedDelivery(
        id=row.id,
        endpoint_id=row.endpoint_id,
        interview_id=row.interview_id,
        url=endpoint.url if endpoint else row.url,
        event_id=row.event_id,
        event_type=row.event_type,
        body=row.body,
        tries=row.tries,
        secrets=secrets,
        failing_since=endpoint.failing_since if endpoint else None,
        traceparent=row.traceparent,
        created_at=row.created_at,
    )


async def finish_try(
    session: AsyncSession, delivery: ClaimedDelivery, result: TryResult, following: Next
) -> None:
    """Writes a try down, and what it means."""
    session.add(
        TryRow(
            delivery_id=delivery.id,
            at=result.at,
            http_status=result.http_status,
            error=result.error,
            duration_ms=result.duration_ms,
        )
    )
    await session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.id == delivery.id)
        .values(
            status=following.status,
            next_try_at=following.try_at,
            leased_until=None,
            tries=delivery.tries + 1,
        )
    )


async def note_endpoint(
    session: AsyncSession, endpoint_id: str, result: TryResult, disabled_reason: str
) -> None:
    """Keeps how long an endpoint has been failing, and switches it off where that is due."""
    values: dict[str, Any] = {
        "failing_since": None
        if result.succeeded
        else func.coalesce(EndpointRow.failing_since, result.at)
    }
    if disabled_reason:
        values |= {"enabled": False, "disabled_reason": disabled_reason}
        await end_pending(session, endpoint_id)
    await session.execute(update(EndpointRow).where(EndpointRow.id == endpoint_id).values(**values))


async def list_deliveries(
    session: AsyncSession,
    tenant_id: str,
    *,
    endpoint_id: str = "",
    interview_id: str = "",
    starting_after: str = "",
    limit: int = 20,
) -> list[DeliveryRow]:
    """Lists deliveries, the newest first; one more than `limit` where there are more."""
    query = select(DeliveryRow).where(DeliveryRow.tenant_id == tenant_id)
    if endpoint_id:
        query = query.where(DeliveryRow.endpoint_id == endpoint_id)
    if interview_id:
        query = query.where(DeliveryRow.interview_id == interview_id)
    if starting_after:
        after = await session.get(DeliveryRow, starting_after)
        if after is None:
            return []
        query = query.where(
            or_(
                DeliveryRow.created_at < after.created_at,
                (DeliveryRow.created_at == after.created_at) & (DeliveryRow.id < after.id),
            )
        )
    ordered = query.order_by(DeliveryRow.created_at.desc(), DeliveryRow.id.desc())
    return list(await session.scalars(ordered.limit(limit + 1)))


async def tries_of(session: AsyncSession, delivery_ids: Sequence[str]) -> dict[str, list[TryRow]]:
    """Reads the tries of deliveries, in order."""
    rows = await session.scalars(
        select(TryRow).where(TryRow.delivery_id.in_(delivery_ids)).order_by(TryRow.id)
    )
    tries: dict[str, list[TryRow]] = {delivery_id: [] for delivery_id in delivery_ids}
    for row in rows:
        tries[row.delivery_id].append(row)
    return tries


async def end_pending(session: AsyncSession, endpoint_id: str) -> None:
    """Ends what was still to be sent to an endpoint that goes."""
    await session.execute(
        update(DeliveryRow)
        .where(
            DeliveryRow.endpoint_id == endpoint_id,
            DeliveryRow.status == DeliveryStatus.PENDING,
        )
        .values(status=DeliveryStatus.DEAD, next_try_at=None)
    )
