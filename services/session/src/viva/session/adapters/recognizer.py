"""Live recognition by the asr service; a conversation goes on without it."""

from collections.abc import Callable

import grpc

from viva.contracts.asr.v1 import recognition_pb2 as pb
from viva.contracts.asr.v1.recognition_pb2_grpc import RecognitionServiceStub
from viva.platform.errors import BackpressureError, VivaError
from viva.platform.log import get_logger
from viva.session.application.live.ports import Guess

# Recognition slower than this is of no use for the turn.
_TEXT_S = 1.5
_INTERRUPTION_S = 0.8
# After a refusal it is left alone for a moment, so that no turn waits for what is not there. One
# that is only slow is asked again: the next piece may be shorter.
_REST_S = 3.0
_REFUSED_WITHIN_S = 0.3

log = get_logger(__name__)


class GrpcRecognizer:
    """The Recognizer of a channel to asr."""

    def __init__(self, channel: grpc.aio.Channel, monotonic: Callable[[], float]) -> None:
        self._stub = RecognitionServiceStub(channel)
        self._monotonic = monotonic
        self._resting_until = 0.0

    async def text(self, interview_id: str, language: str, pcm: bytes) -> str | None:
        """What was said; None where no answer came in time."""
        found = await self._ask(interview_id, language, pcm, pb.PURPOSE_SEGMENT, _TEXT_S)
        return None if found is None else found.text

    async def interruption(self, interview_id: str, language: str, pcm: bytes) -> Guess | None:
        """What was said over the interviewer; None where no answer came in time."""
        found = await self._ask(
            interview_id, language, pcm, pb.PURPOSE_INTERRUPTION, _INTERRUPTION_S
        )
        return None if found is None else Guess(found.text, found.confidence)

    async def _ask(
        self,
        interview_id: str,
        language: str,
        pcm: bytes,
        purpose: pb.Purpose.ValueType,
        timeout_s: float,
    ) -> pb.RecognizeResponse | None:
        if self._monotonic() < self._resting_until:
            return None
        request = pb.RecognizeRequest(
            interview_id=interview_id,
            language=language.split("-", maxsplit=1)[0],
            purpose=purpose,
            pcm=pcm,
        )
        began = self._monotonic()
        try:
            response: pb.RecognizeResponse = await self._stub.Recognize(request, timeout=timeout_s)
        except BackpressureError:
            return None
        except (VivaError, grpc.aio.AioRpcError) as error:
            took_s = self._monotonic() - began
            if took_s < _REFUSED_WITHIN_S:
                self._resting_until = self._monotonic() + _REST_S
            log.warning(
                "live_recognition_missed",
                code=getattr(error, "code", "rpc"),
                took_ms=round(took_s * 1000),
            )
            return None
        return response
