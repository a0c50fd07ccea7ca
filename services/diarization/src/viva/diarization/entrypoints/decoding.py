"""Messages as commands."""

from collections.abc import Iterable

from viva.contracts.common.v1 import common_pb2
from viva.diarization.application.attribute_answer import AttributeAnswer, Recording
from viva.diarization.domain.model import Channel, Span, Word


def command(answer: common_pb2.AnswerContext, transcript: common_pb2.Transcript) -> AttributeAnswer:
    """The command for a spoken answer."""
    phone = answer.channel == common_pb2.CHANNEL_PHONE
    voice = answer.interviewer_voice if answer.HasField("interviewer_voice") else None
    return AttributeAnswer(
        interview_id=answer.interview_id,
        attempt=answer.attempt,
        answer_id=answer.answer_id,
        revision=answer.revision,
        position=answer.start_position,
        channel=Channel.PHONE if phone else Channel.WIDE,
        recording=_recording(answer.audio),
        speech=_spans(transcript.speech),
        words=tuple(Word(w.text, Span(w.start_ms, w.end_ms)) for w in transcript.words),
        interviewer_voice=None if voice is None else _recording(voice),
        interviewer_spans=_spans(answer.interviewer_spans),
    )


def _recording(ref: common_pb2.ObjectRef) -> Recording:
    return Recording(ref.key, ref.sha256, ref.size_bytes)


def _spans(spans: Iterable[common_pb2.Span]) -> tuple[Span, ...]:
    return tuple(Span(span.start_ms, span.end_ms) for span in spans)
