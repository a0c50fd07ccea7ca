"""telephony's tables."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

metadata = sa.MetaData()
TIME = sa.DateTime(timezone=True)

plans = sa.Table(
    "call_plans",
    metadata,
    sa.Column("interview_id", sa.Text, primary_key=True),
    sa.Column("sealed_number", sa.Text, nullable=False),
    sa.Column("number_digest", sa.Text, nullable=False),
    sa.Column("code_digest", sa.Text, nullable=False),
    sa.Column("trunk", sa.Text, nullable=False),
    sa.Column("calling_window", JSONB),
    sa.Column("max_calls", sa.Integer, nullable=False),
    sa.Column("call_back", sa.Boolean, nullable=False),
    sa.Column("outbound", sa.Boolean, nullable=False),
    sa.Column("grace_ms", sa.BigInteger, nullable=False),
    sa.Column("longest_ms", sa.BigInteger, nullable=False),
    sa.Column("expires_at", TIME, nullable=False),
)

calls = sa.Table(
    "calls",
    metadata,
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

tries = sa.Table(
    "call_tries",
    metadata,
    sa.Column("call_id", sa.Text, primary_key=True),
    sa.Column("interview_id", sa.Text, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("trunk", sa.Text, nullable=False),
    sa.Column("inbound", sa.Boolean, nullable=False),
    sa.Column("carrier_id", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("at", TIME, nullable=False),
    sa.Column("ended_at", TIME),
)
