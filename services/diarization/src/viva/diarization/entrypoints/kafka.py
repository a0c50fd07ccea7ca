"""The attribution stage: AnswerTranscribed in, AnswerAttributed or its failure out.

And the end of an attempt: its voices are forgotten.
"""

from collections.abc import Sequence
from typing import TypeVar

from google.protobuf.message import Message

from viva.contracts.asr.events.v1 import events_pb2 as asr_events
from viva.contracts.common.v1 import common_pb2
from viva.contracts.diarization.events.v1 import events_pb2 as diarization_events
from viva.contracts.session.events.v1 import events_pb2 as session_events
from viva.diarization.application.attribute_answer import AttributeAnswerHandler
from viva.diarization.application.ports import VoiceArchive
from viva.diarization.entrypoints.decoding import command
from viva.diarization.entrypoints.encoding import attributed_message
from viva.platform.errors import VivaError
from viva.platform.messaging import Event, Messaging

_Ending = TypeVar(
    "_Ending",
    session_events.InterviewReady,
    session_events.InterviewFailed,
    session_events.InterviewExpired,
    session_events.InterviewCancelled,
)


class AnswerStage:
    """Decodes, attributes, encodes."""

    def __init__(self, attribute: AttributeAnswerHandler) -> None:
        self._attribute = attribute

    def subscribe(self, messaging: Messaging) -> None:
        """Registers the stage."""
        messaging.on_pure(asr_events.AnswerTranscribed, self.transcribed, failure=failed)

    async def transcribed(self, event: Event[asr_events.AnswerTranscribed]) -> Sequence[Message]:
        """One answer; a typed one has no voices and passes through."""
        answer, transcript = event.data.answer, event.data.transcript
        if answer.typed_text or not answer.HasField("audio"):
            return [
                diarization_events.AnswerAttributed(
                    answer=answer, transcript=transcript, attribution=common_pb2.Attribution()
                )
            ]
        attributed, audio = await self._attribute(command(answer, transcript))
        return [attributed_message(event.data, attributed, audio)]


class InterviewEnd:
    """Forgets the voices of an attempt when no answer of it is waited for any more."""

    def __init__(self, archive: VoiceArchive) -> None:
        self._archive = archive

    def subscribe(self, messaging: Messaging) -> None:
        """Registers for the events after which an attempt's voices serve no purpose."""
        messaging.on_pure(session_events.InterviewReady, self.over)
        messaging.on_pure(session_events.InterviewFailed, self.over)
        messaging.on_pure(session_events.InterviewExpired, self.over)
        messaging.on_pure(session_events.InterviewCancelled, self.over)

    async def over(self, event: Event[_Ending]) -> Sequence[Message]:
        """One attempt."""
        await self._archive.forget(event.data.interview_id, event.data.attempt)
        return []


def failed(event: Event[asr_events.AnswerTranscribed], error: Exception) -> Message | None:
    """Says that an answer gets no attribution, so that nobody waits for it."""
    answer = event.data.answer
    code, detail = "attribution_failed", "unexpected error in diarization"
    if isinstance(error, VivaError):
        code, detail = error.code, error.detail
    return diarization_events.AnswerAttributionFailed(
        failure=common_pb2.StageFailure(
            interview_id=answer.interview_id,
            attempt=answer.attempt,
            answer_id=answer.answer_id,
            revision=answer.revision,
            code=code,
            detail=detail,
        )
    )
