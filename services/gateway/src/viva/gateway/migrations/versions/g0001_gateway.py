"""Interviews, the ways into them, definitions, credits, keys, reviews, audit, idempotency.

Revision ID: g0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "g0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    "interviews",
    "join_links",
    "credentials",
    "definitions",
    "accounts",
    "ledger",
    "api_keys",
    "reviews",
    "overrides",
    "audit_log",
    "idempotency",
)


def upgrade() -> None:
    """Makes the tables."""
    _interviews()
    _doors()
    _definitions()
    _credits()
    _api_keys()
    _people()
    _idempotency()


def downgrade() -> None:
    """Drops them."""
    for table in reversed(_TABLES):
        op.drop_table(table)


def _interviews() -> None:
    op.create_table(
        "interviews",
        _text("id", key=True),
        _text("tenant_id"),
        _flag("test_mode"),
        _text("status"),
        _text("external_id"),
        _json("metadata"),
        _texts("tags"),
        _time("created_at"),
        _time("expires_at"),
        _number("requested_attempt"),
        _flag("cancel_requested"),
        _number("changes"),
        _json("ordered"),
        _json("run"),
    )
    op.create_index(
        "interviews_listed", "interviews", ["tenant_id", "test_mode", sa.text("id DESC")]
    )
    op.create_index(
        "interviews_external",
        "interviews",
        ["tenant_id", "external_id"],
        postgresql_where=sa.text("external_id <> ''"),
    )
    op.create_index(
        "interviews_metadata",
        "interviews",
        ["metadata"],
        postgresql_using="gin",
        postgresql_ops={"metadata": "jsonb_path_ops"},
    )
    op.create_index("interviews_tags", "interviews", ["tags"], postgresql_using="gin")


def _doors() -> None:
    op.create_table(
        "join_links",
        _text("token_hash", key=True),
        _text("interview_id"),
        _text("tenant_id"),
        _flag("replaced"),
        _time("created_at"),
    )
    op.create_index("join_links_interview", "join_links", ["interview_id"])
    op.create_table(
        "credentials",
        _text("credential_hash", key=True),
        _text("interview_id"),
        _text("tenant_id"),
        _number("attempt"),
        _time("expires_at"),
    )
    op.create_index("credentials_interview", "credentials", ["interview_id"])
    op.create_index("credentials_expiry", "credentials", ["expires_at"])


def _definitions() -> None:
    op.create_table(
        "definitions",
        _text("id", key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        _text("kind"),
        _text("tenant_id"),
        _flag("latest"),
        _time("created_at"),
        _json("body"),
    )
    op.create_index(
        "definitions_latest",
        "definitions",
        ["kind", "tenant_id", sa.text("id DESC")],
        postgresql_where=sa.text("latest"),
    )


def _credits() -> None:
    op.create_table(
        "accounts",
        _text("tenant_id", key=True),
        sa.Column("balance", sa.BigInteger, nullable=False),
        sa.Column("reserved", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "ledger",
        _text("id", key=True),
        _text("tenant_id"),
        sa.Column("event_id", sa.Text, nullable=False, unique=True),
        _text("kind"),
        sa.Column("amount", sa.BigInteger, nullable=False),
        _time("created_at"),
        sa.Column("balance_after", sa.BigInteger, nullable=False),
        sa.Column("reserved_after", sa.BigInteger, nullable=False),
        _text("interview_id"),
        _number("attempt"),
        _text("note"),
    )
    op.create_index("ledger_listed", "ledger", ["tenant_id", sa.text("id DESC")])
    op.create_index("ledger_interview", "ledger", ["interview_id"])
    # One settlement for an attempt, whatever events arrive.
    op.create_index(
        "ledger_one_settlement",
        "ledger",
        ["interview_id", "attempt"],
        unique=True,
        postgresql_where=sa.text("kind IN ('settle', 'release')"),
    )


def _api_keys() -> None:
    op.create_table(
        "api_keys",
        _text("id", key=True),
        _text("tenant_id"),
        _text("name"),
        _text("mode"),
        _texts("scopes"),
        sa.Column("secret_hash", sa.Text, nullable=False, unique=True),
        _text("hint"),
        _time("created_at"),
        _time("expires_at", nullable=True),
        _time("revoked_at", nullable=True),
    )
    op.create_index("api_keys_listed", "api_keys", ["tenant_id", sa.text("id DESC")])


def _people() -> None:
    op.create_table(
        "reviews",
        _text("id", key=True),
        _text("tenant_id"),
        _flag("test_mode"),
        _text("interview_id"),
        _number("attempt"),
        _texts("reasons"),
        _time("created_at"),
        _text("status"),
        sa.Column("decision", sa.Text, nullable=True),
        _text("decided_by"),
        _time("decided_at", nullable=True),
        _json("notes"),
        sa.UniqueConstraint("interview_id", "attempt", name="reviews_one_each"),
    )
    op.create_index("reviews_listed", "reviews", ["tenant_id", "test_mode", sa.text("id DESC")])
    op.create_table(
        "overrides",
        _text("id", key=True),
        _text("interview_id"),
        _number("attempt"),
        _text("target"),
        sa.Column("original", pg.JSONB, nullable=True),
        sa.Column("value", pg.JSONB, nullable=True),
        _text("reason"),
        _text("by"),
        _text("key_id"),
        _time("at"),
    )
    op.create_index("overrides_interview", "overrides", ["interview_id"])
    op.create_table(
        "audit_log",
        _text("id", key=True),
        _text("tenant_id"),
        _time("at"),
        _text("action"),
        _text("key_id"),
        _text("key_name"),
        _text("target"),
        _text("request_id"),
        _json("details"),
    )
    op.create_index("audit_log_listed", "audit_log", ["tenant_id", sa.text("id DESC")])
    op.create_index("audit_log_target", "audit_log", ["tenant_id", "target"])


def _idempotency() -> None:
    op.create_table(
        "idempotency",
        _text("key_hash", key=True),
        _text("fingerprint"),
        _flag("done"),
        _number("status"),
        sa.Column("sealed_body", sa.LargeBinary, nullable=False),
        _time("started_at"),
    )
    op.create_index("idempotency_started", "idempotency", ["started_at"])


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, primary_key=key)


def _texts(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.ARRAY(sa.Text), nullable=False)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, pg.JSONB, nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
