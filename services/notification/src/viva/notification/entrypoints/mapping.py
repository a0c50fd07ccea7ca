"""Rows to the messages of the gRPC contract."""

from collections.abc import Sequence
from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from viva.contracts.notification.v1 import invitations_pb2 as invitation_messages
from viva.contracts.notification.v1 import webhooks_pb2 as messages
from viva.notification.application.records import DeliveryRow, EndpointRow, InvitationRow, TryRow

_DELIVERY_STATUS = {
    "pending": messages.DELIVERY_STATUS_PENDING,
    "delivered": messages.DELIVERY_STATUS_DELIVERED,
    "dead": messages.DELIVERY_STATUS_DEAD,
}
_INVITATION_STATUS = {
    "pending": invitation_messages.INVITATION_STATUS_PENDING,
    "sent": invitation_messages.INVITATION_STATUS_SENT,
    "failed": invitation_messages.INVITATION_STATUS_FAILED,
}


def timestamp(at: datetime | None) -> Timestamp | None:
    """Maps a time; None stays unset."""
    if at is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp


def endpoint(row: EndpointRow) -> messages.Endpoint:
    """Maps an endpoint, without its secret."""
    return messages.Endpoint(
        id=row.id,
        tenant_id=row.tenant_id,
        url=row.url,
        description=row.description,
        event_types=row.event_types,
        enabled=row.enabled,
        disabled_reason=row.disabled_reason,
        created_at=timestamp(row.created_at),
    )


def delivery(row: DeliveryRow, tries: Sequence[TryRow]) -> messages.Delivery:
    """Maps a delivery with its tries."""
    return messages.Delivery(
        id=row.id,
        endpoint_id=row.endpoint_id,
        interview_id=row.interview_id,
        event_id=row.event_id,
        event_type=row.event_type,
        status=_DELIVERY_STATUS[row.status],
        tries=[
            messages.DeliveryTry(
                at=timestamp(item.at),
                http_status=item.http_status,
                error=item.error,
                duration_ms=item.duration_ms,
            )
            for item in tries
        ],
        next_try_at=timestamp(row.next_try_at),
        created_at=timestamp(row.created_at),
        url=row.url,
    )


def invitation(row: InvitationRow) -> invitation_messages.Invitation:
    """Maps an invitation, without its text."""
    return invitation_messages.Invitation(
        id=row.id,
        interview_id=row.interview_id,
        email=row.email,
        status=_INVITATION_STATUS[row.status],
        error=row.error,
        created_at=timestamp(row.created_at),
        sent_at=timestamp(row.sent_at),
    )
