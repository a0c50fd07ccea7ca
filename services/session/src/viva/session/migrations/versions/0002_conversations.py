"""Live conversations: leases, checkpoints, the log's tail, what was recorded and played.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_TABLES = (
    "replicas",
    "conversation_runs",
    "conversation_segments",
    "conversation_facts",
    "conversations",
)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "conversations",
        *_whose(),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("leased_until", _TIME, nullable=False),
        sa.Column("state", postgresql.JSONB),
        sa.Column("state_number", sa.BigInteger, nullable=False),
        sa.Column("log_number", sa.BigInteger, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("client_fact", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
    )
    op.create_table(
        "conversation_facts",
        *_whose(),
        sa.Column("number", sa.BigInteger, primary_key=True),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("body", postgresql.JSONB, nullable=False),
    )
    op.create_table(
        "conversation_segments",
        *_whose(),
        sa.Column("epoch", sa.BigInteger, primary_key=True),
        sa.Column("position", sa.BigInteger, primary_key=True),
        sa.Column("samples", sa.Integer, nullable=False),
        sa.Column("object_key", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
    )
    op.create_table(
        "conversation_runs",
        *_whose(),
        sa.Column("utterance", sa.BigInteger, primary_key=True),
        sa.Column("sample_offset", sa.Integer, primary_key=True),
        sa.Column("samples", sa.Integer, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("prompt_key", sa.Text, nullable=False),
        sa.Column("object_key", sa.Text, nullable=False),
    )
    op.create_table(
        "replicas",
        sa.Column("address", sa.Text, primary_key=True),
        sa.Column("free", sa.Integer, nullable=False),
        sa.Column("leased_until", _TIME, nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for table in _TABLES:
        op.drop_table(table)


def _whose() -> tuple[sa.Column[str], sa.Column[int]]:
    return (
        sa.Column("interview_id", sa.Text, primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True),
    )
