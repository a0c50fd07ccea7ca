"""RecognitionService: decode, check, recognize, encode."""

from typing import Any

import grpc

from viva.asr.application.live_queue import LiveQueue, Recognized
from viva.asr.entrypoints.encoding import word_message
from viva.audio.pcm import milliseconds_of, samples_in
from viva.contracts.asr.v1 import recognition_pb2, recognition_pb2_grpc
from viva.platform.errors import FieldError, InvalidError
from viva.platform.log import bind_interview


class RecognitionServicer(recognition_pb2_grpc.RecognitionServiceServicer):
    """Serves live recognition from the queue."""

    def __init__(self, queue: LiveQueue, *, max_audio_ms: int, default_deadline_s: float) -> None:
        self._queue = queue
        self._max_bytes = 2 * samples_in(max_audio_ms)
        self._default_deadline_s = default_deadline_s

    async def Recognize(
        self,
        request: recognition_pb2.RecognizeRequest,
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> recognition_pb2.RecognizeResponse:
        """One piece of an answer; the caller's deadline is its place in the queue."""
        self._check(request.pcm)
        remaining_s = context.time_remaining()
        within_s = self._default_deadline_s if remaining_s is None else remaining_s
        with bind_interview(request.interview_id):
            done = await self._queue.recognize(
                request.pcm,
                request.language,
                within_s=within_s,
                voiced=request.purpose == recognition_pb2.PURPOSE_SEGMENT,
            )
        return _response(done)

    def _check(self, pcm: bytes) -> None:
        problem = ""
        if len(pcm) % 2:
            problem = f"{len(pcm)} bytes are not whole 16-bit samples"
        elif len(pcm) > self._max_bytes:
            seconds = milliseconds_of(len(pcm) // 2) / 1000
            limit = milliseconds_of(self._max_bytes // 2) / 1000
            problem = f"{seconds:.1f} s of audio, the limit is {limit:.1f} s"
        if problem:
            raise InvalidError(problem, code="audio_invalid", errors=[FieldError("/pcm", problem)])


def _response(done: Recognized) -> recognition_pb2.RecognizeResponse:
    recognition = done.recognition
    return recognition_pb2.RecognizeResponse(
        text=recognition.text,
        words=[word_message(word) for word in recognition.words],
        confidence=recognition.confidence,
        speech=recognition.speech,
        queue_ms=done.queue_ms,
        compute_ms=done.compute_ms,
    )
