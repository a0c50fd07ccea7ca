"""Protobuf to what the assessment works on."""

from collections.abc import Iterable

from viva.contracts.common.v1 import common_pb2 as pb
from viva.fraud.domain.model import Answer, Channel, ComparedSpeech, Span, SpokenWord
from viva.platform.errors import InvalidError


def answer(
    context: pb.AnswerContext, transcript: pb.Transcript, attribution: pb.Attribution
) -> Answer:
    """One answer.

    Raises:
        InvalidError: it names no interview or no answer.
    """
    if not context.interview_id or not context.answer_id:
        raise InvalidError("the answer has no ids", code="answer_ids")
    others = {s.label for s in attribution.speakers if s.role == pb.SPEAKER_ROLE_OTHER}
    return Answer(
        answer_id=context.answer_id,
        revision=context.revision,
        words=tuple(
            SpokenWord(word.text, Span(word.start_ms, word.end_ms), word.dropped)
            for word in transcript.words
        ),
        warm_up=context.warm_up,
        typed=bool(context.typed_text),
        candidate_ms=_speech_ms(attribution, pb.SPEAKER_ROLE_CANDIDATE),
        other_ms=_speech_ms(attribution, pb.SPEAKER_ROLE_OTHER),
        other_turns=_spans(turn.span for turn in attribution.turns if turn.speaker in others),
        least_alike=_least_alike(attribution),
        overlaps=_spans(attribution.overlaps),
        speech=_spans(transcript.speech),
        interviewer=_spans(context.interviewer_spans),
        filled_pauses=_spans(transcript.filled_pauses),
        channel=Channel.PHONE if context.channel == pb.CHANNEL_PHONE else Channel.BROWSER,
    )


def interview(bundle: pb.InterviewBundle) -> list[Answer]:
    """The latest revision of each answer, in the order of the conversation."""
    latest: dict[str, pb.AnswerBundle] = {}
    for one in bundle.answers:
        known = latest.get(one.answer.answer_id)
        if known is None or known.answer.revision < one.answer.revision:
            latest[one.answer.answer_id] = one
    ordered = sorted(
        latest.values(), key=lambda one: (one.answer.start_position, one.answer.answer_id)
    )
    return [answer(one.answer, one.transcript, one.attribution) for one in ordered]


def _least_alike(attribution: pb.Attribution) -> ComparedSpeech | None:
    if not attribution.HasField("least_alike"):
        return None
    found = attribution.least_alike
    return ComparedSpeech(Span(found.span.start_ms, found.span.end_ms), found.candidate_llr)


def _speech_ms(attribution: pb.Attribution, role: pb.SpeakerRole.ValueType) -> int:
    return sum(max(0, s.speech_ms) for s in attribution.speakers if s.role == role)


def _spans(spans: Iterable[pb.Span]) -> tuple[Span, ...]:
    return tuple(Span(span.start_ms, span.end_ms) for span in spans)
