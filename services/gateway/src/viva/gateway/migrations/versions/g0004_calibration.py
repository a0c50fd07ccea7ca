"""Ratings, calibrations, and the framework's version of each vacancy.

Revision ID: g0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "g0004"
down_revision = "g0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "ratings",
        sa.Column("framework_id", sa.Text, primary_key=True),
        sa.Column("interview_id", sa.Text, primary_key=True),
        sa.Column("competency", sa.Text, primary_key=True),
        sa.Column("rater", sa.Text, primary_key=True),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("level", sa.Float, nullable=False),
        sa.Column("blind", sa.Boolean, nullable=False),
    )
    op.create_index("ratings_interview", "ratings", ["interview_id"])
    op.create_table(
        "calibrations",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("framework_id", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_version", sa.Integer, nullable=True),
        sa.Column("body", JSONB, nullable=False),
    )
    op.create_index("calibrations_framework", "calibrations", ["framework_id"])
    op.create_table(
        "vacancies",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("test_mode", sa.Boolean, primary_key=True),
        sa.Column("vacancy", sa.Text, primary_key=True),
        sa.Column("framework_id", sa.Text, nullable=False),
        sa.Column("framework_version", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Drops them."""
    op.drop_table("vacancies")
    op.drop_table("calibrations")
    op.drop_table("ratings")
