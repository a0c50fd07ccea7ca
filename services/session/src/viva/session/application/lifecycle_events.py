"""Turns what happened to an interview into events and stored jobs, in the same unit of work."""

from datetime import datetime

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.session.events.v1 import events_pb2 as published
from viva.platform.clock import Clock
from viva.platform.db import UnitOfWork
from viva.platform.instruments import WORK_S, seconds
from viva.platform.telemetry import meter
from viva.session.application.lifecycle_ports import (
    AWAITED,
    AnswerStore,
    Artifact,
    InterviewStore,
    Job,
    JobStore,
    VerdictStage,
)
from viva.session.domain import interview_events as happened
from viva.session.domain.interview import CONSENT_REFUSED, Interview
from viva.session.domain.lifecycle import EndReason, State
from viva.session.domain.storage_keys import recording_key

_meter = meter("viva.session")
_events = _meter.create_counter(
    "viva.session.interview.events",
    unit="{event}",
    description="Steps of interviews, by kind; failures by code.",
)
_verdict_seconds = seconds(
    _meter, "viva.session.verdict.duration", "From the hang-up to the verdict.", WORK_S
)
_END_REASONS = {reason: f"END_REASON_{reason.name}" for reason in EndReason}
_VERDICTS = {
    state: f"VERDICT_STATUS_{state.name}"
    for state in (State.COMPLETED, State.PARTIAL, State.LOW_CONFIDENCE)
}


class LifecyclePublisher:
    """Drains an aggregate's events to the outbox."""

    def __init__(
        self, clock: Clock, interviews: InterviewStore, answers: AnswerStore, jobs: JobStore
    ) -> None:
        self._clock = clock
        self._interviews = interviews
        self._answers = answers
        self._jobs = jobs

    def now(self) -> datetime:
        """The wall clock."""
        return self._clock.now()

    def answer(self, uow: UnitOfWork, answer: common.AnswerContext) -> None:
        """Sends an answer through the pipeline."""
        message = published.AnswerRecorded(answer=answer)
        uow.emit(message, interview_id=answer.interview_id)

    async def publish(self, uow: UnitOfWork, interview: Interview) -> None:
        """Publishes what happened since the last time, in order."""
        events = interview.drain()
        for event in events:
            if isinstance(event, happened.AnswersWanted):
                await self._ask_for_answers(uow, interview)
                continue
            uow.emit(await self._message(uow, interview, event), interview_id=interview.id)
            self._count(interview, event)
            if isinstance(event, happened.ConversationEnded):
                await self._after_conversation(uow, interview, event)
        if events and interview.state.terminal:
            uow.settle(interview.id)

    def _count(self, interview: Interview, event: happened.InterviewEvent) -> None:
        attributes = {"viva.event": type(event).__name__}
        if isinstance(event, happened.Failed):
            attributes["error.type"] = event.code
        _events.add(1, attributes)
        if isinstance(event, happened.VerdictReached) and interview.ended_at is not None:
            waited = (self.now() - interview.ended_at).total_seconds()
            complete = not event.missing_stages
            _verdict_seconds.record(
                waited, {"viva.status": event.state.value, "viva.complete": complete}
            )

    async def _after_conversation(
        self, uow: UnitOfWork, interview: Interview, ended: happened.ConversationEnded
    ) -> None:
        if ended.reason is EndReason.CONSENT_REFUSED:
            await self._jobs.add(uow, Job.PURGE, interview.id, ended.attempt)
        elif ended.answer_count:
            await self._jobs.add(uow, Job.RECORDING, interview.id, ended.attempt)

    async def _ask_for_answers(self, uow: UnitOfWork, interview: Interview) -> None:
        known = {
            (result.answer_id, result.revision, result.stage)
            for result in await self._answers.results(uow, interview)
        }
        for answer in await self._answers.answers(uow, interview):
            if any((answer.answer_id, answer.revision, stage) not in known for stage in AWAITED):
                self.answer(uow, answer)

    async def _message(
        self, uow: UnitOfWork, interview: Interview, event: happened.InterviewEvent
    ) -> Message:
        if isinstance(event, happened.VerdictWanted):
            bundle = await self._interviews.artifact(uow, interview, Artifact.BUNDLE)
            return published.InterviewReady(
                interview_id=interview.id, attempt=event.attempt, bundle=bundle
            )
        if isinstance(event, happened.VerdictReached):
            return await self._completed(uow, interview, event)
        if isinstance(event, happened.Failed):
            return published.InterviewFailed(
                interview_id=interview.id,
                attempt=event.attempt,
                code=event.code,
                detail=event.detail,
                end_reason=_end_reason(event.reason),
                recording=await self._recording(uow, interview, event.code),
            )
        return _plain_message(interview.id, event)

    async def _completed(
        self, uow: UnitOfWork, interview: Interview, event: happened.VerdictReached
    ) -> Message:
        results = {
            result.stage: result.message
            for result in await self._answers.results(uow, interview)
            if not result.answer_id
        }
        score = results.get(VerdictStage.SCORE)
        assessment = results.get(VerdictStage.ASSESSMENT)
        message = published.InterviewCompleted(
            interview_id=interview.id,
            attempt=event.attempt,
            status=published.VerdictStatus.Value(_VERDICTS[event.state]),
            bundle=await self._interviews.artifact(uow, interview, Artifact.BUNDLE),
            recording=await self._recording(uow, interview, ""),
            started_at=_timestamp(interview.started_at),
            ended_at=_timestamp(interview.ended_at),
            end_reason=_end_reason(interview.end_reason),
            chargeable=event.chargeable,
            questions_planned=interview.questions_planned,
            questions_answered=interview.questions_answered,
            missing_stages=event.missing_stages,
        )
        if isinstance(score, common.InterviewScore):
            message.score.CopyFrom(score)
        if isinstance(assessment, common.InterviewAssessment):
            message.assessment.CopyFrom(assessment)
        return message

    async def _recording(
        self, uow: UnitOfWork, interview: Interview, failure: str
    ) -> common.ObjectRef | None:
        """The recording, by its key alone where it is not rendered to its end yet."""
        if failure == CONSENT_REFUSED or interview.started_at is None:
            return None
        ref = await self._interviews.artifact(uow, interview, Artifact.RECORDING)
        if ref is None and await self._answers.answers(uow, interview):
            return common.ObjectRef(key=recording_key(interview.id, interview.attempt))
        return ref


def _plain_message(interview_id: str, event: happened.InterviewEvent) -> Message:
    message = _empty_message(event)
    message.interview_id = interview_id
    message.attempt = event.attempt
    return message


_PlainMessage = (
    published.PromptsReady
    | published.CallRequested
    | published.InterviewStarted
    | published.ConversationEnded
    | published.InterviewExpired
    | published.InterviewCancelled
    | published.InterviewReinvited
    | published.InterviewReinviteRefused
)


def _empty_message(event: happened.InterviewEvent) -> _PlainMessage:
    match event:
        case happened.PromptsRendered(prompt_count=count):
            return published.PromptsReady(prompt_count=count)
        case happened.CallWanted():
            return published.CallRequested()
        case happened.Started(at=at):
            return published.InterviewStarted(started_at=_timestamp(at))
        case happened.ConversationEnded(reason=reason, at=at, answer_count=count):
            return published.ConversationEnded(
                reason=_end_reason(reason), ended_at=_timestamp(at), answer_count=count
            )
        case happened.Expired():
            return published.InterviewExpired()
        case happened.Cancelled(reason=why):
            return published.InterviewCancelled(reason=why)
        case happened.Reinvited():
            return published.InterviewReinvited()
        case happened.ReinviteRefused(reason=why):
            return published.InterviewReinviteRefused(reason=why)
    raise TypeError(f"{type(event).__name__} is no event of its own")


def _end_reason(reason: EndReason | None) -> published.EndReason.ValueType:
    name = "END_REASON_UNSPECIFIED" if reason is None else _END_REASONS[reason]
    return published.EndReason.Value(name)


def _timestamp(at: datetime | None) -> Timestamp | None:
    if at is None:
        return None
    timestamp = Timestamp()
    timestamp.FromDatetime(at)
    return timestamp
