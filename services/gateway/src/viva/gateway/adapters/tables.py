"""The gateway's tables, in its own schema (the connection's search path names it)."""

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT, JSONB

metadata = MetaData()


def _time(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, nullable=False, primary_key=key)


# What lists filter by has a column; the rest is one document for the order and one for the run.
interviews = Table(
    "interviews",
    metadata,
    _text("id", key=True),
    _text("tenant_id"),
    Column("test_mode", Boolean, nullable=False),
    _text("status"),
    _text("external_id"),
    Column("metadata", JSONB, nullable=False),
    Column("tags", ARRAY(Text), nullable=False),
    _time("created_at"),
    _time("expires_at"),
    Column("requested_attempt", Integer, nullable=False),
    Column("cancel_requested", Boolean, nullable=False),
    Column("changes", Integer, nullable=False),
    Column("ordered", JSONB, nullable=False),
    Column("run", JSONB, nullable=False),
    Column("erasure", JSONB, nullable=True),
)

# What a verdict was, byte for byte: the messages as scoring and fraud gave them.
verdict_records = Table(
    "verdict_records",
    metadata,
    _text("interview_id", key=True),
    Column("attempt", Integer, primary_key=True),
    Column("score", LargeBinary, nullable=False),
    Column("assessment", LargeBinary, nullable=False),
    _text("sha256"),
)

join_links = Table(
    "join_links",
    metadata,
    _text("token_hash", key=True),
    _text("interview_id"),
    _text("tenant_id"),
    Column("replaced", Boolean, nullable=False),
    _time("created_at"),
)

credentials = Table(
    "credentials",
    metadata,
    _text("credential_hash", key=True),
    _text("interview_id"),
    _text("tenant_id"),
    Column("attempt", Integer, nullable=False),
    _time("expires_at"),
)

definitions = Table(
    "definitions",
    metadata,
    _text("id", key=True),
    Column("version", Integer, primary_key=True),
    _text("kind"),
    _text("tenant_id"),
    Column("latest", Boolean, nullable=False),
    _time("created_at"),
    Column("body", JSONB, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    _text("tenant_id", key=True),
    Column("balance", BIGINT, nullable=False),
    Column("reserved", BIGINT, nullable=False),
)

ledger = Table(
    "ledger",
    metadata,
    _text("id", key=True),
    _text("tenant_id"),
    Column("event_id", Text, nullable=False, unique=True),
    _text("kind"),
    Column("amount", BIGINT, nullable=False),
    _time("created_at"),
    Column("balance_after", BIGINT, nullable=False),
    Column("reserved_after", BIGINT, nullable=False),
    _text("interview_id"),
    Column("attempt", Integer, nullable=False),
    _text("note"),
)

api_keys = Table(
    "api_keys",
    metadata,
    _text("id", key=True),
    _text("tenant_id"),
    _text("name"),
    _text("mode"),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("secret_hash", Text, nullable=False, unique=True),
    _text("hint"),
    _time("created_at"),
    _time("expires_at", nullable=True),
    _time("revoked_at", nullable=True),
)

reviews = Table(
    "reviews",
    metadata,
    _text("id", key=True),
    _text("tenant_id"),
    Column("test_mode", Boolean, nullable=False),
    _text("interview_id"),
    Column("attempt", Integer, nullable=False),
    Column("reasons", ARRAY(Text), nullable=False),
    _time("created_at"),
    _text("status"),
    Column("decision", Text, nullable=True),
    _text("decided_by"),
    _time("decided_at", nullable=True),
    Column("notes", JSONB, nullable=False),
)

overrides = Table(
    "overrides",
    metadata,
    _text("id", key=True),
    _text("interview_id"),
    Column("attempt", Integer, nullable=False),
    _text("target"),
    Column("original", JSONB, nullable=True),
    Column("value", JSONB, nullable=True),
    _text("reason"),
    _text("by"),
    _text("key_id"),
    _time("at"),
)

audit_log = Table(
    "audit_log",
    metadata,
    _text("id", key=True),
    _text("tenant_id"),
    _time("at"),
    _text("action"),
    _text("key_id"),
    _text("key_name"),
    _text("target"),
    _text("request_id"),
    Column("details", JSONB, nullable=False),
)

# Read by the bias audit alone; nothing that is scored comes near it.
demographics = Table(
    "audit_demographics",
    metadata,
    _text("interview_id", key=True),
    _text("tenant_id"),
    _text("sex"),
    _text("race"),
    Column("selected", Boolean, nullable=True),
)

# What people say of past interviews, for calibrations.
ratings = Table(
    "ratings",
    metadata,
    _text("framework_id", key=True),
    _text("interview_id", key=True),
    _text("competency", key=True),
    _text("rater", key=True),
    _text("tenant_id"),
    Column("level", Float, nullable=False),
    Column("blind", Boolean, nullable=False),
)

calibrations = Table(
    "calibrations",
    metadata,
    _text("id", key=True),
    _text("tenant_id"),
    _text("framework_id"),
    _time("created_at"),
    Column("activated_version", Integer, nullable=True),
    Column("body", JSONB, nullable=False),
)

# Which version of which framework the interviews of a vacancy are scored by.
vacancies = Table(
    "vacancies",
    metadata,
    _text("tenant_id", key=True),
    Column("test_mode", Boolean, primary_key=True),
    _text("vacancy", key=True),
    _text("framework_id"),
    Column("framework_version", Integer, nullable=False),
)

idempotency = Table(
    "idempotency",
    metadata,
    _text("key_hash", key=True),
    _text("fingerprint"),
    Column("done", Boolean, nullable=False),
    Column("status", Integer, nullable=False),
    Column("sealed_body", LargeBinary, nullable=False),
    _time("started_at"),
)
