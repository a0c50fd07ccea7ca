"""The lifecycle's tables. Times are aware; protobuf payloads are kept serialized."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

metadata = MetaData()
_TIME = DateTime(timezone=True)

interviews = Table(
    "interviews",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("spec", LargeBinary, nullable=False),
    Column("traceparent", Text),
    Column("phone", Boolean, nullable=False),
    Column("test_mode", Boolean, nullable=False),
    Column("expires_at", _TIME, nullable=False),
    Column("total_ms", BigInteger, nullable=False),
    Column("grace_ms", BigInteger, nullable=False),
    Column("questions_planned", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("prompt_count", Integer),
    Column("deadline_at", _TIME),
    Column("started_at", _TIME),
    Column("ended_at", _TIME),
    Column("end_reason", Text),
    Column("cancel_reason", Text),
    Column("stage", Text),
    Column("asked_again", Boolean, nullable=False),
    Column("questions_answered", Integer, nullable=False),
    Column("missing_stages", ARRAY(Text), nullable=False),
)

answers = Table(
    "answers",
    metadata,
    Column("interview_id", Text, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("answer_id", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("start_position", BigInteger, nullable=False),
    Column("context", LargeBinary, nullable=False),
)

# answer_id is empty and revision 0 for the two judgements of the whole interview. A stage that
# failed has no payload.
stage_results = Table(
    "stage_results",
    metadata,
    Column("interview_id", Text, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("answer_id", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("stage", Text, primary_key=True),
    Column("payload", LargeBinary),
)

artifacts = Table(
    "artifacts",
    metadata,
    Column("interview_id", Text, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("object_key", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
)

# Shared by all interviews: the fingerprint covers text, voice and model.
rendered_prompts = Table(
    "rendered_prompts",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("object_key", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("samples", BigInteger, nullable=False),
)

interview_prompts = Table(
    "interview_prompts",
    metadata,
    Column("interview_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("voice", Text, nullable=False),
    Column("fingerprint", Text),
)

jobs = Table(
    "jobs",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("interview_id", Text, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("due_at", _TIME, nullable=False),
    Column("tries", Integer, nullable=False),
)
