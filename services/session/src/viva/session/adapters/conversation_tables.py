"""The live conversation's tables."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from viva.session.adapters.tables import metadata

conversations = Table(
    "conversations",
    metadata,
    Column("interview_id", Text, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("address", Text, nullable=False),
    Column("leased_until", DateTime(timezone=True), nullable=False),
    Column("state", JSONB),
    Column("state_number", BigInteger, nullable=False),
    Column("log_number", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("client_fact", BigInteger, nullable=False),
    Column("ended", Boolean, nullable=False),
)

conversation_facts = Table(
    "conversation_facts",
    metadata,
    Column("interview_id", Text, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("body", JSONB, nullable=False),
)

conversation_segments = Table(
    "conversation_segments",
    metadata,
    Column("interview_id", Text, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("epoch", BigInteger, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("samples", Integer, nullable=False),
    Column("object_key", Text, nullable=False),
    Column("sha256", Text, nullable=False),
)

conversation_runs = Table(
    "conversation_runs",
    metadata,
    Column("interview_id", Text, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("utterance", BigInteger, primary_key=True),
    Column("sample_offset", Integer, primary_key=True),
    Column("samples", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("prompt_key", Text, nullable=False),
    Column("object_key", Text, nullable=False),
)

replicas = Table(
    "replicas",
    metadata,
    Column("address", Text, primary_key=True),
    Column("free", Integer, nullable=False),
    Column("leased_until", DateTime(timezone=True), nullable=False),
)
