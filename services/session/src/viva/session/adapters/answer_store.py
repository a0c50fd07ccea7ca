"""Expected answers and the stages' results in PostgreSQL."""

from collections.abc import Mapping

from google.protobuf.message import Message
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from viva.contracts.common.v1 import common_pb2 as common
from viva.platform.db import UnitOfWork
from viva.session.adapters.tables import answers, stage_results
from viva.session.application.lifecycle_ports import AnswerStage, StageResult, VerdictStage
from viva.session.domain.interview import Interview

_PAYLOADS: Mapping[str, type[Message]] = {
    AnswerStage.ATTRIBUTION: common.AnswerBundle,
    AnswerStage.SCORING: common.AnswerScore,
    AnswerStage.ASSESSMENT: common.AnswerAssessment,
    VerdictStage.SCORE: common.InterviewScore,
    VerdictStage.ASSESSMENT: common.InterviewAssessment,
}


class SqlAnswerStore:
    """The AnswerStore of the service's own schema."""

    async def put_answer(self, uow: UnitOfWork, answer: common.AnswerContext) -> None:
        """Notes an answer; a higher revision replaces a lower one, never the other way round."""
        content = {
            "revision": answer.revision,
            "start_position": answer.start_position,
            "context": answer.SerializeToString(deterministic=True),
        }
        key = {
            "interview_id": answer.interview_id,
            "attempt": answer.attempt,
            "answer_id": answer.answer_id,
        }
        await uow.session.execute(
            insert(answers)
            .values(**key, **content)
            .on_conflict_do_update(
                index_elements=list(key),
                set_=content,
                where=answers.c.revision < answer.revision,
            )
        )

    async def answers(self, uow: UnitOfWork, interview: Interview) -> list[common.AnswerContext]:
        """The latest revision of each answer of the attempt, in the order of the conversation."""
        statement = (
            select(answers.c.context)
            .where(answers.c.interview_id == interview.id, answers.c.attempt == interview.attempt)
            .order_by(answers.c.start_position, answers.c.answer_id)
        )
        rows = (await uow.session.execute(statement)).scalars()
        return [common.AnswerContext.FromString(row) for row in rows]

    async def put_result(
        self, uow: UnitOfWork, interview_id: str, attempt: int, result: StageResult
    ) -> None:
        """Keeps the first result of each (answer, revision, stage); a failure gives way to one."""
        payload = (
            None if result.message is None else result.message.SerializeToString(deterministic=True)
        )
        key = {
            "interview_id": interview_id,
            "attempt": attempt,
            "answer_id": result.answer_id,
            "revision": result.revision,
            "stage": str(result.stage),
        }
        await uow.session.execute(
            insert(stage_results)
            .values(**key, payload=payload)
            .on_conflict_do_update(
                index_elements=list(key),
                set_={"payload": payload},
                where=stage_results.c.payload.is_(None),
            )
        )

    async def results(self, uow: UnitOfWork, interview: Interview) -> list[StageResult]:
        """All results of the attempt."""
        statement = select(stage_results).where(
            stage_results.c.interview_id == interview.id,
            stage_results.c.attempt == interview.attempt,
        )
        rows = (await uow.session.execute(statement)).mappings()
        return [
            StageResult(
                row["answer_id"],
                row["revision"],
                row["stage"],
                _decode(row["stage"], row["payload"]),
            )
            for row in rows
        ]

    async def forget(self, uow: UnitOfWork, interview_id: str, attempt: int) -> None:
        """Erases what was said in an attempt."""
        for table in (answers, stage_results):
            await uow.session.execute(
                delete(table).where(
                    table.c.interview_id == interview_id, table.c.attempt == attempt
                )
            )


def _decode(stage: str, payload: bytes | None) -> Message | None:
    message_type = _PAYLOADS.get(stage)
    if payload is None or message_type is None:
        return None
    message = message_type()
    message.ParseFromString(payload)
    return message
