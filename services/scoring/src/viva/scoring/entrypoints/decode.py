"""Protobuf to what scoring works on."""

import hashlib
import json
from collections.abc import Iterable, Sequence

from viva.contracts.common.v1 import common_pb2 as pb
from viva.platform.errors import InvalidError
from viva.scoring.application.score_interview import Interview
from viva.scoring.domain.model import Answer, Competency, Span, SpokenWord


def answer(
    context: pb.AnswerContext, transcript: pb.Transcript, missing_stages: Sequence[str] = ()
) -> Answer:
    """One answer.

    Args:
        missing_stages: names of those that gave no result in time.

    Raises:
        InvalidError: it names no interview or no answer.
    """
    if not context.interview_id or not context.answer_id:
        raise InvalidError("the answer has no ids", code="answer_ids")
    typed = bool(context.typed_text)
    return Answer(
        answer_id=context.answer_id,
        revision=context.revision,
        question_id=context.question_id,
        question_text=context.question_text,
        words=_words(context, transcript),
        competencies=tuple(competency(one) for one in context.competencies),
        follow_up=bool(context.follow_up_id),
        warm_up=context.warm_up,
        typed=typed,
        analysed=bool(transcript.words or typed or not missing_stages),
        language=_primary(context.language),
        heard_language="" if typed else _primary(transcript.language),
        language_probability=None if typed else transcript.language_probability or None,
        speech=_spans(transcript.speech),
        interviewer=_spans(context.interviewer_spans),
        syllables_ms=tuple(transcript.syllables_ms),
    )


def interview(bundle: pb.InterviewBundle) -> Interview:
    """A whole interview."""
    framework = bundle.spec.framework.competencies
    return Interview(
        tuple(
            answer(one.answer, one.transcript, one.missing_stages)
            for one in _ordered(bundle.answers)
        ),
        tuple(competency(one) for one in framework),
        bundle.questions_planned,
    )


def competency(message: pb.Competency) -> Competency:
    """One competency of the framework."""
    return Competency(
        message.key,
        message.name,
        message.definition,
        message.weight,
        {anchor.level: anchor.text for anchor in message.anchors},
        tuple(message.indicators),
        _factors(message),
    )


def _factors(message: pb.Competency) -> dict[str, float] | None:
    if not message.HasField("calibration"):
        return None
    return {one.code: one.factor for one in message.calibration.factors}


def transcript_sha256(bundle: pb.InterviewBundle) -> str:
    """The version of the transcript: SHA-256 over all of it that a score depends on.

    It is independent of the coding. Questions and framework are the bundle's.
    """
    content = [
        [
            one.answer.answer_id,
            one.answer.revision,
            one.answer.typed_text,
            one.transcript.language,
            one.transcript.language_probability,
            [[w.text, w.start_ms, w.end_ms, w.confidence, w.dropped] for w in one.transcript.words],
            [[span.start_ms, span.end_ms] for span in one.transcript.speech],
            list(one.transcript.syllables_ms),
            [[span.start_ms, span.end_ms] for span in one.answer.interviewer_spans],
            list(one.missing_stages),
        ]
        for one in _ordered(bundle.answers)
    ]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _ordered(answers: Sequence[pb.AnswerBundle]) -> list[pb.AnswerBundle]:
    """By place in the script, then as they were given; only the latest revision of each."""
    latest: dict[str, pb.AnswerBundle] = {}
    for one in answers:
        known = latest.get(one.answer.answer_id)
        if known is None or known.answer.revision < one.answer.revision:
            latest[one.answer.answer_id] = one
    return sorted(
        latest.values(),
        key=lambda one: (
            one.answer.question_index,
            one.answer.start_position,
            one.answer.answer_id,
        ),
    )


def _words(context: pb.AnswerContext, transcript: pb.Transcript) -> tuple[SpokenWord, ...]:
    if context.typed_text and not transcript.words:
        return tuple(SpokenWord(text, Span(0, 0)) for text in context.typed_text.split())
    return tuple(
        SpokenWord(word.text, Span(word.start_ms, word.end_ms), word.dropped, word.confidence)
        for word in transcript.words
    )


def _spans(spans: Iterable[pb.Span]) -> tuple[Span, ...]:
    return tuple(Span(span.start_ms, span.end_ms) for span in spans)


def _primary(language: str) -> str:
    return language.replace("_", "-").split("-")[0].lower()
