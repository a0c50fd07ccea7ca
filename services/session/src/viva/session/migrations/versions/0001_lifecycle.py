"""The lifecycle: interviews, answers and their results, prompts, stored jobs.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    _create_interviews()
    _create_answers()
    _create_prompts()
    op.create_table(
        "jobs",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("interview_id", sa.Text, primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_index("jobs_due", "jobs", ["kind", "due_at"])


def downgrade() -> None:
    """Drop them."""
    for table in (
        "jobs",
        "interview_prompts",
        "rendered_prompts",
        "artifacts",
        "stage_results",
        "answers",
        "interviews",
    ):
        op.drop_table(table)


def _create_interviews() -> None:
    op.create_table(
        "interviews",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("spec", sa.LargeBinary, nullable=False),
        sa.Column("traceparent", sa.Text),
        sa.Column("phone", sa.Boolean, nullable=False),
        sa.Column("test_mode", sa.Boolean, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("total_ms", sa.BigInteger, nullable=False),
        sa.Column("grace_ms", sa.BigInteger, nullable=False),
        sa.Column("questions_planned", sa.Integer, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("prompt_count", sa.Integer),
        sa.Column("deadline_at", _TIME),
        sa.Column("started_at", _TIME),
        sa.Column("ended_at", _TIME),
        sa.Column("end_reason", sa.Text),
        sa.Column("cancel_reason", sa.Text),
        sa.Column("stage", sa.Text),
        sa.Column("asked_again", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("questions_answered", sa.Integer, nullable=False, server_default="0"),
        sa.Column("missing_stages", postgresql.ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("created_at", _TIME, nullable=False, server_default=sa.func.now()),
    )
    op.create_index(
        "interviews_deadline",
        "interviews",
        ["deadline_at"],
        postgresql_where=sa.text("deadline_at IS NOT NULL"),
    )


def _create_answers() -> None:
    op.create_table(
        "answers",
        sa.Column("interview_id", sa.Text, primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True),
        sa.Column("answer_id", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("start_position", sa.BigInteger, nullable=False),
        sa.Column("context", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "stage_results",
        sa.Column("interview_id", sa.Text, primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True),
        sa.Column("answer_id", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("stage", sa.Text, primary_key=True),
        sa.Column("payload", sa.LargeBinary),
    )
    op.create_table(
        "artifacts",
        sa.Column("interview_id", sa.Text, primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("object_key", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
    )


def _create_prompts() -> None:
    op.create_table(
        "rendered_prompts",
        sa.Column("fingerprint", sa.Text, primary_key=True),
        sa.Column("object_key", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("samples", sa.BigInteger, nullable=False),
        sa.Column("created_at", _TIME, nullable=False, server_default=sa.func.now()),
    )
    op.create_table(
        "interview_prompts",
        sa.Column("interview_id", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("voice", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text),
    )
