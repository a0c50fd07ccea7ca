"""Plans, calls and their tries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "t0001"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "call_plans",
        sa.Column("interview_id", sa.Text, primary_key=True),
        sa.Column("sealed_number", sa.Text, nullable=False),
        sa.Column("number_digest", sa.Text, nullable=False, index=True),
        sa.Column("code_digest", sa.Text, nullable=False, index=True),
        sa.Column("trunk", sa.Text, nullable=False),
        sa.Column("calling_window", JSONB),
        sa.Column("max_calls", sa.Integer, nullable=False),
        sa.Column("call_back", sa.Boolean, nullable=False),
        sa.Column("outbound", sa.Boolean, nullable=False),
        sa.Column("grace_ms", sa.BigInteger, nullable=False),
        sa.Column("longest_ms", sa.BigInteger, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
    )
    _create_calls()
    op.create_table(
        "call_tries",
        sa.Column("call_id", sa.Text, primary_key=True),
        sa.Column("interview_id", sa.Text, nullable=False, index=True),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("trunk", sa.Text, nullable=False),
        sa.Column("inbound", sa.Boolean, nullable=False),
        sa.Column("carrier_id", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
    )


def _create_calls() -> None:
    op.create_table(
        "calls",
        sa.Column("interview_id", sa.Text, primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("due_at", TIME),
        sa.Column("made", sa.Integer, nullable=False),
        sa.Column("call_id", sa.Text, nullable=False),
        sa.Column("trunk", sa.Text, nullable=False),
        sa.Column("in_doubt", sa.Boolean, nullable=False),
        sa.Column("called_back", sa.Boolean, nullable=False),
        sa.Column("back_until", TIME),
        sa.Column("answered_at", TIME),
        sa.Column("held_until", TIME),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("traceparent", sa.Text),
    )
    waiting = sa.text("state = 'waiting'")
    op.create_index("ix_calls_due", "calls", ["due_at"], postgresql_where=waiting)
    held = sa.text("held_until IS NOT NULL")
    op.create_index("ix_calls_held", "calls", ["held_until"], postgresql_where=held)


def downgrade() -> None:
    """Drops the tables."""
    for table in ("call_tries", "calls", "call_plans"):
        op.drop_table(table)
