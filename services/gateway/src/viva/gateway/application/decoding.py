"""From the messages of other services to the gateway's own words."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.session.events.v1 import events_pb2 as session_events
from viva.gateway.domain.interview import StoredObject
from viva.gateway.domain.verdict import (
    AnswerResult,
    CompetencyResult,
    Contribution,
    FalseAlarms,
    LanguageResult,
    ModelVersion,
    Quote,
    Signal,
    Verdict,
    VerdictRecord,
)

_SAMPLES_A_MS = 16


def verdict_of(event: session_events.InterviewCompleted, bundle: common.InterviewBundle) -> Verdict:
    """Reads a verdict; the bundle adds the answers, without their words."""
    score, assessment = event.score, event.assessment
    return Verdict(
        overall=_given(score, "overall"),
        overall_null_reason=score.overall_null_reason,
        competencies=tuple(_competency(found) for found in score.competencies),
        language=_language(score.language),
        signals=tuple(_signal(signal) for signal in assessment.signals),
        confidence=score.confidence,
        confidence_reasons=tuple(score.confidence_reasons),
        review_recommended=score.review_recommended,
        models=_models([*score.models, *assessment.models], bundle),
        answers=tuple(_answer(found) for found in bundle.answers),
        questions_planned=event.questions_planned or bundle.questions_planned,
        questions_answered=event.questions_answered or bundle.questions_answered,
        overall_standard_error=_given(score, "overall_standard_error"),
        overall_validation=score.overall_validation,
    )


def record_of(event: session_events.InterviewCompleted) -> VerdictRecord:
    """Keeps a verdict byte for byte."""
    score = event.score.SerializeToString(deterministic=True)
    return VerdictRecord(
        event.interview_id,
        event.attempt,
        score,
        event.assessment.SerializeToString(deterministic=True),
        hashlib.sha256(score).hexdigest(),
    )


def stored_object(ref: common.ObjectRef) -> StoredObject | None:
    """Reads a reference; None where it is not set."""
    return StoredObject(ref.key, ref.sha256, ref.size_bytes) if ref.key else None


def time_of(stamp: Timestamp) -> datetime | None:
    """Reads a time; None where it is not set."""
    return stamp.ToDatetime(UTC) if stamp.seconds or stamp.nanos else None


def end_reason(reason: session_events.EndReason.ValueType) -> str:
    """Names an end reason as the API does, for example `finished`; empty where it is not set."""
    name = session_events.EndReason.Name(reason).removeprefix("END_REASON_").lower()
    return "" if name == "unspecified" else name


def fraud_kind(kind: common.FraudKind.ValueType) -> str:
    """Names a fraud signal as the API does."""
    return common.FraudKind.Name(kind).removeprefix("FRAUD_KIND_").lower()


def _quote(evidence: common.Evidence) -> Quote:
    return Quote(evidence.answer_id, evidence.quote, evidence.span.start_ms, evidence.span.end_ms)


def _contributions(found: Iterable[common.Contribution]) -> tuple[Contribution, ...]:
    return tuple(
        Contribution(
            summand.code,
            summand.label,
            summand.points,
            tuple(_quote(evidence) for evidence in summand.evidence),
        )
        for summand in found
    )


def _competency(found: common.CompetencyScore) -> CompetencyResult:
    return CompetencyResult(
        key=found.key,
        name=found.name,
        weight=found.weight,
        score=_given(found, "score"),
        null_reason=found.null_reason,
        standard_error=_given(found, "standard_error"),
        contributions=_contributions(found.contributions),
        suggestions=tuple(found.suggestions),
        validation=found.validation,
    )


def _language(found: common.LanguageScore) -> LanguageResult:
    return LanguageResult(
        cefr=found.cefr or None,
        cefr_low=found.cefr_low,
        cefr_high=found.cefr_high,
        cefr_null_reason=found.cefr_null_reason,
        fluency=_given(found, "fluency"),
        fluency_null_reason=found.fluency_null_reason,
        cefr_contributions=_contributions(found.cefr_contributions),
        fluency_contributions=_contributions(found.fluency_contributions),
        validation=found.validation,
        cefr_provisional=found.cefr_provisional,
        cefr_validation=found.cefr_validation,
        fluency_validation=found.fluency_validation,
        fluency_basis=found.fluency_basis,
        intelligibility=_given(found, "intelligibility"),
        intelligibility_null_reason=found.intelligibility_null_reason,
        intelligibility_validation=found.intelligibility_validation,
        fluency_standard_error=_given(found, "fluency_standard_error"),
        intelligibility_standard_error=_given(found, "intelligibility_standard_error"),
    )


def _signal(signal: common.FraudSignal) -> Signal:
    return Signal(
        kind=fraud_kind(signal.kind),
        flagged=signal.flagged,
        score=_given(signal, "score"),
        threshold=signal.threshold,
        calibration=signal.calibration,
        explanation=signal.explanation,
        quotes=tuple(_quote(evidence) for evidence in signal.evidence),
        false_alarms=_false_alarms(signal),
    )


def _given(message: Message, field: str) -> float | None:
    """A number, or None where it was not said."""
    return float(getattr(message, field)) if message.HasField(field) else None


def _false_alarms(signal: common.FraudSignal) -> FalseAlarms | None:
    if not signal.HasField("false_alarms"):
        return None
    found = signal.false_alarms
    return FalseAlarms(found.flagged, found.interviews, found.upper_bound, found.measured_on)


def _models(
    named: Iterable[common.ModelVersion], bundle: common.InterviewBundle
) -> tuple[ModelVersion, ...]:
    """Lists every model that had a part, each once, in the order of the pipeline."""
    found = [
        model
        for answer in bundle.answers
        for part in (answer.transcript, answer.attribution, answer.score)
        for model in part.models
    ]
    versions = (ModelVersion(model.name, model.version, model.sha256) for model in [*found, *named])
    return tuple(dict.fromkeys(versions))


def _answer(found: common.AnswerBundle) -> AnswerResult:
    answer, score = found.answer, found.score
    return AnswerResult(
        id=answer.answer_id,
        revision=answer.revision,
        question_id=answer.question_id,
        question=answer.question_text,
        follow_up_id=answer.follow_up_id,
        warm_up=answer.warm_up,
        typed=bool(answer.typed_text),
        cut_short=answer.cut_short,
        duration_ms=answer.duration_ms,
        thinking_ms=answer.thinking_ms,
        net_speech_ms=score.net_speech_ms,
        word_count=score.word_count,
        dropped_words=found.attribution.dropped_words,
        scores=tuple(
            (given.competency_key, _given(given, "score")) for given in score.competencies
        ),
        missing_evidence=tuple(
            common.EvidenceKind.Name(kind).removeprefix("EVIDENCE_KIND_").lower()
            for kind in score.missing_evidence
        ),
        missing_stages=tuple(found.missing_stages),
        recording_start_ms=(None if answer.typed_text else answer.start_position // _SAMPLES_A_MS),
    )
