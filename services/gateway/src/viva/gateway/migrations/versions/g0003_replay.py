"""Verdicts byte for byte, and how far erasures are.

Revision ID: g0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "g0003"
down_revision = "g0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table and the column."""
    op.create_table(
        "verdict_records",
        sa.Column("interview_id", sa.Text, primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True),
        sa.Column("score", sa.LargeBinary, nullable=False),
        sa.Column("assessment", sa.LargeBinary, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
    )
    op.add_column("interviews", sa.Column("erasure", JSONB, nullable=True))


def downgrade() -> None:
    """Drops both."""
    op.drop_column("interviews", "erasure")
    op.drop_table("verdict_records")
