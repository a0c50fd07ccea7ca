"""Demographics for the bias audit, apart from everything that is scored.

Revision ID: g0002
"""

import sqlalchemy as sa
from alembic import op

revision = "g0002"
down_revision = "g0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "audit_demographics",
        sa.Column("interview_id", sa.Text, primary_key=True),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("sex", sa.Text, nullable=False),
        sa.Column("race", sa.Text, nullable=False),
        sa.Column("selected", sa.Boolean, nullable=True),
    )
    op.create_index("audit_demographics_tenant", "audit_demographics", ["tenant_id"])


def downgrade() -> None:
    """Drops it."""
    op.drop_table("audit_demographics")
