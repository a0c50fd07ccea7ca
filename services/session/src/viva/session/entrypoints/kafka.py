"""Events that the session service reads: decode, hand to the application."""

from datetime import UTC

from viva.contracts.asr.events.v1 import events_pb2 as asr
from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.diarization.events.v1 import events_pb2 as diarization
from viva.contracts.fraud.events.v1 import events_pb2 as fraud
from viva.contracts.gateway.events.v1 import events_pb2 as gateway
from viva.contracts.scoring.events.v1 import events_pb2 as scoring
from viva.contracts.telephony.events.v1 import events_pb2 as telephony
from viva.platform.db import UnitOfWork
from viva.platform.errors import InvalidError
from viva.platform.messaging import Event, Messaging
from viva.session.application.lifecycle_commands import LifecycleCommands
from viva.session.application.lifecycle_ports import AnswerStage, StageResult, VerdictStage
from viva.session.application.pipeline import Pipeline

_CALL_FAILURES = {
    telephony.CALL_FAILURE_NO_TRUNK: "call_no_trunk",
    telephony.CALL_FAILURE_BUSY: "call_busy",
    telephony.CALL_FAILURE_NO_ANSWER: "call_no_answer",
    telephony.CALL_FAILURE_VOICEMAIL: "call_voicemail",
    telephony.CALL_FAILURE_REJECTED: "call_rejected",
    telephony.CALL_FAILURE_DROPPED: "call_dropped",
    telephony.CALL_FAILURE_NUMBER: "call_number_forbidden",
    telephony.CALL_FAILURE_EXPIRED: "call_expired",
}


def subscribe(messaging: Messaging, commands: LifecycleCommands, pipeline: Pipeline) -> None:
    """Registers every handler of the service."""
    _subscribe_commands(messaging, commands)
    _subscribe_answers(messaging, pipeline)
    _subscribe_verdicts(messaging, pipeline)


def _subscribe_commands(messaging: Messaging, commands: LifecycleCommands) -> None:
    async def created(event: Event[gateway.InterviewCreated], uow: UnitOfWork) -> None:
        spec = event.data.spec
        if not spec.interview_id or not spec.HasField("expires_at"):
            raise InvalidError("an interview needs an id and an expiry", code="spec_incomplete")
        expires_at = spec.expires_at.ToDatetime(tzinfo=UTC)
        await commands.create(uow, spec, max(1, event.data.attempt), expires_at)

    async def cancelled(event: Event[gateway.InterviewCancelRequested], uow: UnitOfWork) -> None:
        await commands.cancel(uow, event.data.interview_id, event.data.reason)

    async def reinvited(event: Event[gateway.InterviewReinviteRequested], uow: UnitOfWork) -> None:
        request = event.data
        expires_at = request.expires_at.ToDatetime(tzinfo=UTC)
        await commands.reinvite(uow, request.interview_id, request.attempt, expires_at)

    async def erased(event: Event[gateway.InterviewErasureRequested], uow: UnitOfWork) -> None:
        await commands.erase(uow, event.data.interview_id, event.data.attempt)

    async def call_failed(event: Event[telephony.CallFailed], uow: UnitOfWork) -> None:
        call = event.data
        code = _CALL_FAILURES.get(call.failure, "call_failed")
        await commands.call_failed(uow, call.interview_id, call.attempt, code, call.detail)

    messaging.on(gateway.InterviewCreated, created)
    messaging.on(gateway.InterviewCancelRequested, cancelled)
    messaging.on(gateway.InterviewReinviteRequested, reinvited)
    messaging.on(gateway.InterviewErasureRequested, erased)
    messaging.on(telephony.CallFailed, call_failed)


def _subscribe_answers(messaging: Messaging, pipeline: Pipeline) -> None:
    async def attributed(event: Event[diarization.AnswerAttributed], uow: UnitOfWork) -> None:
        answer = event.data.answer
        payload = common.AnswerBundle(
            transcript=event.data.transcript, attribution=event.data.attribution
        )
        result = StageResult(answer.answer_id, answer.revision, AnswerStage.ATTRIBUTION, payload)
        await pipeline.answer_result(uow, answer.interview_id, answer.attempt, result)

    async def scored(event: Event[scoring.AnswerScored], uow: UnitOfWork) -> None:
        score = event.data.score
        result = StageResult(score.answer_id, score.revision, AnswerStage.SCORING, score)
        await pipeline.answer_result(uow, event.data.interview_id, event.data.attempt, result)

    async def assessed(event: Event[fraud.AnswerAssessed], uow: UnitOfWork) -> None:
        assessment = event.data.assessment
        result = StageResult(
            assessment.answer_id, assessment.revision, AnswerStage.ASSESSMENT, assessment
        )
        await pipeline.answer_result(uow, event.data.interview_id, event.data.attempt, result)

    async def not_transcribed(event: Event[asr.AnswerTranscriptionFailed], uow: UnitOfWork) -> None:
        await pipeline.answer_failed(uow, event.data.failure, AnswerStage.TRANSCRIPTION)

    async def not_attributed(
        event: Event[diarization.AnswerAttributionFailed], uow: UnitOfWork
    ) -> None:
        await pipeline.answer_failed(uow, event.data.failure, AnswerStage.ATTRIBUTION)

    async def not_scored(event: Event[scoring.AnswerScoringFailed], uow: UnitOfWork) -> None:
        await pipeline.answer_failed(uow, event.data.failure, AnswerStage.SCORING)

    async def not_assessed(event: Event[fraud.AnswerAssessmentFailed], uow: UnitOfWork) -> None:
        await pipeline.answer_failed(uow, event.data.failure, AnswerStage.ASSESSMENT)

    messaging.on(diarization.AnswerAttributed, attributed)
    messaging.on(scoring.AnswerScored, scored)
    messaging.on(fraud.AnswerAssessed, assessed)
    messaging.on(asr.AnswerTranscriptionFailed, not_transcribed)
    messaging.on(diarization.AnswerAttributionFailed, not_attributed)
    messaging.on(scoring.AnswerScoringFailed, not_scored)
    messaging.on(fraud.AnswerAssessmentFailed, not_assessed)


def _subscribe_verdicts(messaging: Messaging, pipeline: Pipeline) -> None:
    async def scored(event: Event[scoring.InterviewScored], uow: UnitOfWork) -> None:
        data = event.data
        await pipeline.verdict_result(
            uow, data.interview_id, data.attempt, VerdictStage.SCORE, data.score
        )

    async def assessed(event: Event[fraud.InterviewAssessed], uow: UnitOfWork) -> None:
        data = event.data
        await pipeline.verdict_result(
            uow, data.interview_id, data.attempt, VerdictStage.ASSESSMENT, data.assessment
        )

    async def not_scored(event: Event[scoring.InterviewScoringFailed], uow: UnitOfWork) -> None:
        failure = event.data.failure
        await pipeline.verdict_result(
            uow, failure.interview_id, failure.attempt, VerdictStage.SCORE, None
        )

    async def not_assessed(event: Event[fraud.InterviewAssessmentFailed], uow: UnitOfWork) -> None:
        failure = event.data.failure
        await pipeline.verdict_result(
            uow, failure.interview_id, failure.attempt, VerdictStage.ASSESSMENT, None
        )

    messaging.on(scoring.InterviewScored, scored)
    messaging.on(fraud.InterviewAssessed, assessed)
    messaging.on(scoring.InterviewScoringFailed, not_scored)
    messaging.on(fraud.InterviewAssessmentFailed, not_assessed)
