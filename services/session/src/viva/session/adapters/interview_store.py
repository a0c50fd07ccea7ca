"""Interviews and their artifacts in PostgreSQL."""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from viva.contracts.common.v1 import common_pb2 as common
from viva.platform.db import UnitOfWork
from viva.session.adapters.tables import artifacts, interviews
from viva.session.application.lifecycle_ports import Artifact, StoredInterview
from viva.session.domain.interview import Interview
from viva.session.domain.lifecycle import EndReason, Stage, State

_MS = timedelta(milliseconds=1)
# Columns that are the aggregate's fields under the same name, and of a type that needs no change.
_SAME = {field.name for field in fields(Interview)} & set(interviews.columns.keys())
_SAME -= {"state", "end_reason", "stage", "missing_stages"}


class SqlInterviewStore:
    """The InterviewStore of the service's own schema."""

    async def add(
        self,
        uow: UnitOfWork,
        interview: Interview,
        spec: common.InterviewSpec,
        traceparent: str | None,
    ) -> bool:
        """Stores a new interview; False where the id is known."""
        row = {
            **_to_row(interview),
            "tenant_id": spec.tenant_id,
            "spec": spec.SerializeToString(deterministic=True),
            "traceparent": traceparent,
        }
        statement = (
            insert(interviews).values(row).on_conflict_do_nothing().returning(interviews.c.id)
        )
        return (await uow.session.execute(statement)).first() is not None

    async def load(self, uow: UnitOfWork, interview_id: str) -> StoredInterview | None:
        """Reads and locks an interview."""
        statement = select(interviews).where(interviews.c.id == interview_id).with_for_update()
        row = (await uow.session.execute(statement)).mappings().first()
        if row is None:
            return None
        spec = common.InterviewSpec.FromString(row["spec"])
        return StoredInterview(_from_row(row), spec, row["traceparent"])

    async def save(self, uow: UnitOfWork, interview: Interview) -> None:
        """Writes the aggregate back."""
        await uow.session.execute(
            update(interviews).where(interviews.c.id == interview.id).values(_to_row(interview))
        )

    async def overdue(self, uow: UnitOfWork, now: datetime, limit: int) -> list[str]:
        """Interviews whose deadline has passed, the oldest first; none that is locked elsewhere."""
        statement = (
            select(interviews.c.id)
            .where(interviews.c.deadline_at <= now)
            .order_by(interviews.c.deadline_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return list((await uow.session.execute(statement)).scalars())

    async def artifact(
        self, uow: UnitOfWork, interview: Interview, kind: Artifact
    ) -> common.ObjectRef | None:
        """The object of that kind of the current attempt."""
        statement = select(artifacts).where(
            artifacts.c.interview_id == interview.id,
            artifacts.c.attempt == interview.attempt,
            artifacts.c.kind == kind,
        )
        row = (await uow.session.execute(statement)).mappings().first()
        if row is None:
            return None
        return common.ObjectRef(
            key=row["object_key"], sha256=row["sha256"], size_bytes=row["size_bytes"]
        )

    async def put_artifact(
        self,
        uow: UnitOfWork,
        interview_id: str,
        attempt: int,
        kind: Artifact,
        ref: common.ObjectRef,
    ) -> None:
        """Notes an object; a second one of the same kind replaces the first."""
        content = {"object_key": ref.key, "sha256": ref.sha256, "size_bytes": ref.size_bytes}
        key = {"interview_id": interview_id, "attempt": attempt, "kind": kind.value}
        await uow.session.execute(
            insert(artifacts)
            .values(**key, **content)
            .on_conflict_do_update(index_elements=list(key), set_=content)
        )

    async def forget_artifacts(self, uow: UnitOfWork, interview_id: str) -> None:
        """Forgets the objects of all attempts."""
        await uow.session.execute(delete(artifacts).where(artifacts.c.interview_id == interview_id))


def _to_row(interview: Interview) -> dict[str, Any]:
    return {
        **{name: getattr(interview, name) for name in _SAME},
        "state": interview.state.value,
        "end_reason": interview.end_reason and interview.end_reason.value,
        "stage": interview.stage and interview.stage.value,
        "total_ms": interview.total // _MS,
        "grace_ms": interview.grace // _MS,
        "deadline_at": interview.deadline,
        "missing_stages": list(interview.missing_stages),
    }


def _from_row(row: RowMapping) -> Interview:
    return Interview(
        **{name: row[name] for name in _SAME},
        state=State(row["state"]),
        end_reason=EndReason(row["end_reason"]) if row["end_reason"] else None,
        stage=Stage(row["stage"]) if row["stage"] else None,
        total=row["total_ms"] * _MS,
        grace=row["grace_ms"] * _MS,
        deadline=row["deadline_at"],
        missing_stages=tuple(row["missing_stages"]),
    )
