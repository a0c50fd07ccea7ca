"""Events in, events out: decode, score, encode."""

from collections.abc import Sequence

from google.protobuf.message import Message

from viva.contracts.common.v1 import common_pb2 as pb
from viva.contracts.diarization.events.v1.events_pb2 import AnswerAttributed
from viva.contracts.scoring.events.v1 import events_pb2 as scoring_events
from viva.contracts.session.events.v1.events_pb2 import InterviewReady
from viva.platform.errors import VivaError
from viva.platform.messaging import Event, Messaging
from viva.scoring.application.ports import Version
from viva.scoring.application.scorer import Scorer
from viva.scoring.domain.coefficients import Coefficients
from viva.scoring.entrypoints import decode, encode
from viva.scoring.entrypoints.bundles import BundleScorer


class ScoringConsumer:
    """Handles the two events that scoring reads."""

    def __init__(
        self,
        scorer: Scorer,
        interviews: BundleScorer,
        coefficients: Coefficients,
        versions: Sequence[Version],
    ) -> None:
        self._scorer = scorer
        self._interviews = interviews
        self._coefficients = coefficients
        self._versions = versions

    def register(self, messaging: Messaging) -> None:
        """Subscribes to both."""
        version = self._coefficients.version
        messaging.on_pure(AnswerAttributed, self.on_answer, failure=answer_failed, version=version)
        messaging.on_pure(
            InterviewReady, self.on_interview, failure=interview_failed, version=version
        )

    async def on_answer(self, event: Event[AnswerAttributed]) -> Sequence[Message]:
        """Scores one answer."""
        context = event.data.answer
        result = await self._scorer.answer(decode.answer(context, event.data.transcript))
        return [
            scoring_events.AnswerScored(
                interview_id=context.interview_id,
                attempt=context.attempt,
                score=encode.answer_score(result, self._versions),
            )
        ]

    async def on_interview(self, event: Event[InterviewReady]) -> Sequence[Message]:
        """Scores a whole interview from its bundle, whose hash is checked."""
        ready = event.data
        score = await self._interviews.score(ready.bundle)
        return [
            scoring_events.InterviewScored(
                interview_id=ready.interview_id, attempt=ready.attempt, score=score
            )
        ]


def answer_failed(event: Event[AnswerAttributed], error: Exception) -> Message:
    """Tells that an answer has no score, so that nobody waits for it."""
    context = event.data.answer
    failure = _failure(context.interview_id, context.attempt, error)
    failure.answer_id, failure.revision = context.answer_id, context.revision
    return scoring_events.AnswerScoringFailed(failure=failure)


def interview_failed(event: Event[InterviewReady], error: Exception) -> Message:
    """Tells that an interview has no score."""
    failure = _failure(event.data.interview_id, event.data.attempt, error)
    return scoring_events.InterviewScoringFailed(failure=failure)


def _failure(interview_id: str, attempt: int, error: Exception) -> pb.StageFailure:
    return pb.StageFailure(
        interview_id=interview_id,
        attempt=attempt,
        code=error.code if isinstance(error, VivaError) else "internal",
        detail=error.detail if isinstance(error, VivaError) else type(error).__name__,
    )
