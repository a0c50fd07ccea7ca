"""Which interviews were erased.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the mark."""
    op.add_column(
        "interviews", sa.Column("erased", sa.Boolean, nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    """Drops it."""
    op.drop_column("interviews", "erased")
