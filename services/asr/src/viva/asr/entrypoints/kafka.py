"""The recognition stage: AnswerRecorded in, AnswerTranscribed or its failure out."""

from collections.abc import Sequence

from google.protobuf.message import Message

from viva.asr.application.transcribe_answer import (
    Recording,
    TranscribeAnswer,
    TranscribeAnswerHandler,
)
from viva.asr.entrypoints.encoding import transcript_message
from viva.contracts.asr.events.v1 import events_pb2 as asr_events
from viva.contracts.common.v1 import common_pb2
from viva.contracts.session.events.v1 import events_pb2 as session_events
from viva.platform.errors import VivaError
from viva.platform.messaging import Event, Messaging


class AnswerStage:
    """Decodes, transcribes, encodes."""

    def __init__(self, transcribe: TranscribeAnswerHandler) -> None:
        self._transcribe = transcribe

    def subscribe(self, messaging: Messaging) -> None:
        """Registers the stage."""
        messaging.on_pure(session_events.AnswerRecorded, self.recorded, failure=failed)

    async def recorded(self, event: Event[session_events.AnswerRecorded]) -> Sequence[Message]:
        """One answer."""
        answer = event.data.answer
        transcript = await self._transcribe(_command(answer))
        return [
            asr_events.AnswerTranscribed(answer=answer, transcript=transcript_message(transcript))
        ]


def failed(event: Event[session_events.AnswerRecorded], error: Exception) -> Message | None:
    """Says that an answer gets no transcript, so that nobody waits for it."""
    answer = event.data.answer
    code, detail = "transcription_failed", "unexpected error in recognition"
    if isinstance(error, VivaError):
        code, detail = error.code, error.detail
    return asr_events.AnswerTranscriptionFailed(
        failure=common_pb2.StageFailure(
            interview_id=answer.interview_id,
            attempt=answer.attempt,
            answer_id=answer.answer_id,
            revision=answer.revision,
            code=code,
            detail=detail,
        )
    )


def _command(answer: common_pb2.AnswerContext) -> TranscribeAnswer:
    recording = None
    if answer.HasField("audio"):
        audio = answer.audio
        recording = Recording(audio.key, audio.sha256, audio.size_bytes)
    return TranscribeAnswer(answer.language, recording, answer.typed_text)
