"""What notification keeps: its tables, and what an invitation becomes after each try."""

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

UTC_TIME = DateTime(timezone=True)
ROTATION_OVERLAP = timedelta(hours=24)
RETRY_DELAYS = (timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=1))
PENDING, SENT, FAILED = "pending", "sent", "failed"


class Base(DeclarativeBase):
    """Base of the tables; their schema is the connection's search path."""


class EndpointRow(Base):
    """A tenant's webhook endpoint."""

    __tablename__ = "endpoints"

    id: Mapped[str] = mapped_column(String, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String, index=True)
    url: Mapped[str]
    description: Mapped[str]
    event_types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    enabled: Mapped[bool]
    disabled_reason: Mapped[str]
    secret: Mapped[str]
    previous_secret: Mapped[str | None]
    previous_secret_until: Mapped[datetime | None] = mapped_column(UTC_TIME)
    failing_since: Mapped[datetime | None] = mapped_column(UTC_TIME)
    created_at: Mapped[datetime] = mapped_column(UTC_TIME)

    def rotate_secret(self, secret: str, now: datetime) -> None:
        """Takes a new secret; the old one signs too for a day."""
        self.previous_secret = self.secret
        self.previous_secret_until = now + ROTATION_OVERLAP
        self.secret = secret


class TenantSecretRow(Base):
    """What signs deliveries to URLs that an interview names."""

    __tablename__ = "tenant_secrets"

    tenant_id: Mapped[str] = mapped_column(String, primary_key=True)
    secret: Mapped[str]


class InterviewRow(Base):
    """Whose interview it is, and the URL that it names."""

    __tablename__ = "interviews"

    interview_id: Mapped[str] = mapped_column(String, primary_key=True)
    tenant_id: Mapped[str]
    webhook_url: Mapped[str]
    erased: Mapped[bool]


class DeliveryRow(Base):
    """One event on its way to one URL."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("event_id", "endpoint_id", name="uq_deliveries_event_endpoint"),
        Index(
            "ix_deliveries_due",
            "next_try_at",
            postgresql_where="status = 'pending'",
        ),
    )

    id: Mapped[str] = mapped_column(String, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String, index=True)
    # Empty for the URL named in the interview.
    endpoint_id: Mapped[str]
    interview_id: Mapped[str] = mapped_column(String, index=True)
    url: Mapped[str]
    event_id: Mapped[str]
    event_type: Mapped[str]
    body: Mapped[bytes]
    status: Mapped[str]
    next_try_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    leased_until: Mapped[datetime | None] = mapped_column(UTC_TIME)
    # Tries of the present round: a replay begins a new one.
    tries: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTC_TIME)
    traceparent: Mapped[str | None]


class TryRow(Base):
    """One try, kept for the log."""

    __tablename__ = "delivery_tries"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    delivery_id: Mapped[str] = mapped_column(ForeignKey("deliveries.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTC_TIME)
    http_status: Mapped[int]
    error: Mapped[str]
    duration_ms: Mapped[int]


class InvitationRow(Base):
    """An invitation by e-mail; the link is forgotten once it is sent."""

    __tablename__ = "invitations"

    id: Mapped[str] = mapped_column(String, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String, index=True)
    interview_id: Mapped[str] = mapped_column(String, index=True)
    email: Mapped[str]
    status: Mapped[str]
    error: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str | None]
    tries: Mapped[int]
    next_try_at: Mapped[datetime | None] = mapped_column(UTC_TIME)
    created_at: Mapped[datetime] = mapped_column(UTC_TIME)
    sent_at: Mapped[datetime | None] = mapped_column(UTC_TIME)

    def mark_sent(self, now: datetime) -> None:
        """Sent: the text with its link is forgotten."""
        self.status, self.sent_at, self.error = SENT, now, ""
        self.next_try_at = self.text = None

    def mark_failed(self, now: datetime, error: str) -> None:
        """Failed: tried again a few times, then given up and its text forgotten."""
        self.error = error
        if self.tries < len(RETRY_DELAYS):
            self.next_try_at = now + RETRY_DELAYS[self.tries]
            self.tries += 1
        else:
            self.status = FAILED
            self.next_try_at = self.text = None
