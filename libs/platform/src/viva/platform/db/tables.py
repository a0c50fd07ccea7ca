"""The platform's own tables, in every service's schema."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    func,
    text,
)

metadata = MetaData()

# What is to be published, in the order of `id` for each aggregate; kept after publishing.
outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("event_id", Text, nullable=False, unique=True),
    Column("topic", Text, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("aggregate_id", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("bucket", SmallInteger, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("traceparent", Text),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("published_at", DateTime(timezone=True)),
    Index("outbox_waiting", "bucket", "id", postgresql_where=text("published_at IS NULL")),
    Index("outbox_published", "published_at", postgresql_where=text("published_at IS NOT NULL")),
    Index("outbox_aggregate", "aggregate_id", "id"),
)

# The last sequence given out for each aggregate; its row lock orders the writers.
outbox_sequence = Table(
    "outbox_sequence",
    metadata,
    Column("aggregate_id", Text, primary_key=True),
    Column("last_sequence", BigInteger, nullable=False),
    # Events before this sequence need no repeating on a broker that forgot them.
    Column("settled_sequence", BigInteger, nullable=False, server_default=text("0")),
)

# What each consumer has already taken effect of.
inbox = Table(
    "inbox",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("message_id", Text, primary_key=True),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("inbox_received", "received_at"),
)
