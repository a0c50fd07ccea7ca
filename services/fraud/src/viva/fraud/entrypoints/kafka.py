"""Events in, events out: decode, assess, encode."""

from collections.abc import Sequence

from google.protobuf.message import DecodeError, Message

from viva.contracts.common.v1 import common_pb2 as pb
from viva.contracts.diarization.events.v1.events_pb2 import AnswerAttributed
from viva.contracts.fraud.events.v1 import events_pb2 as fraud_events
from viva.contracts.session.events.v1.events_pb2 import InterviewReady
from viva.fraud.application.assess import assess_answer, assess_each, assess_interview
from viva.fraud.domain import rules
from viva.fraud.entrypoints import decode, encode
from viva.platform.errors import InvalidError, VivaError
from viva.platform.messaging import Event, Messaging
from viva.platform.objects import Objects


class FraudConsumer:
    """Handles the two events that fraud reads."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def register(self, messaging: Messaging) -> None:
        """Subscribes to both."""
        version = rules.VERSION
        messaging.on_pure(AnswerAttributed, self.on_answer, failure=answer_failed, version=version)
        messaging.on_pure(
            InterviewReady, self.on_interview, failure=interview_failed, version=version
        )

    async def on_answer(self, event: Event[AnswerAttributed]) -> Sequence[Message]:
        """Assesses one answer."""
        data = event.data
        answer = decode.answer(data.answer, data.transcript, data.attribution)
        return [
            fraud_events.AnswerAssessed(
                interview_id=data.answer.interview_id,
                attempt=data.answer.attempt,
                assessment=encode.answer_assessment(answer, assess_answer(answer)),
            )
        ]

    async def on_interview(self, event: Event[InterviewReady]) -> Sequence[Message]:
        """Assesses a whole interview from its bundle, whose hash is checked."""
        ready = event.data
        data = await self._objects.get(ready.bundle.key, ready.bundle.sha256)
        try:
            answers = decode.interview(pb.InterviewBundle.FromString(data))
        except DecodeError as error:
            raise InvalidError("the bundle cannot be read", code="bundle_unreadable") from error
        return [
            fraud_events.InterviewAssessed(
                interview_id=ready.interview_id,
                attempt=ready.attempt,
                assessment=encode.interview_assessment(
                    assess_interview(answers), assess_each(answers)
                ),
            )
        ]


def answer_failed(event: Event[AnswerAttributed], error: Exception) -> Message:
    """Tells that an answer has no assessment, so that nobody waits for it."""
    context = event.data.answer
    failure = _failure(context.interview_id, context.attempt, error)
    failure.answer_id, failure.revision = context.answer_id, context.revision
    return fraud_events.AnswerAssessmentFailed(failure=failure)


def interview_failed(event: Event[InterviewReady], error: Exception) -> Message:
    """Tells that an interview has no assessment."""
    failure = _failure(event.data.interview_id, event.data.attempt, error)
    return fraud_events.InterviewAssessmentFailed(failure=failure)


def _failure(interview_id: str, attempt: int, error: Exception) -> pb.StageFailure:
    return pb.StageFailure(
        interview_id=interview_id,
        attempt=attempt,
        code=error.code if isinstance(error, VivaError) else "internal",
        detail=error.detail if isinstance(error, VivaError) else type(error).__name__,
    )
