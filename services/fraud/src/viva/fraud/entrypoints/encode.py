"""What the assessment says, to protobuf."""

from collections.abc import Iterable

from viva.contracts.common.v1 import common_pb2 as pb
from viva.fraud.domain import rules
from viva.fraud.domain.model import Answer, Evidence, FalseAlarms, Kind, Signal

_KINDS = {
    Kind.MULTIPLE_SPEAKERS: pb.FRAUD_KIND_MULTIPLE_SPEAKERS,
    Kind.READING_DETECTED: pb.FRAUD_KIND_READING_DETECTED,
}


def answer_assessment(answer: Answer, signals: Iterable[Signal]) -> pb.AnswerAssessment:
    """One answer's signals."""
    return pb.AnswerAssessment(
        answer_id=answer.answer_id,
        revision=answer.revision,
        signals=[_signal(signal) for signal in signals],
    )


def interview_assessment(
    signals: Iterable[Signal], each: Iterable[tuple[Answer, Iterable[Signal]]]
) -> pb.InterviewAssessment:
    """An interview's signals and those of each answer, and the figures they rest on."""
    version = pb.ModelVersion(name="viva-fraud", version=rules.VERSION, sha256=rules.fingerprint())
    return pb.InterviewAssessment(
        signals=[_signal(signal) for signal in signals],
        models=[version],
        answers=[answer_assessment(answer, found) for answer, found in each],
    )


def _signal(signal: Signal) -> pb.FraudSignal:
    return pb.FraudSignal(
        kind=_KINDS[signal.kind],
        flagged=signal.flagged,
        score=signal.score,
        threshold=signal.threshold,
        calibration=rules.calibration(signal.false_alarms),
        evidence=[_evidence(one) for one in signal.evidence],
        explanation=signal.explanation,
        features=[pb.Feature(name=f.name, value=f.value, unit=f.unit) for f in signal.features],
        false_alarms=_false_alarms(signal.false_alarms),
    )


def _false_alarms(found: FalseAlarms | None) -> pb.FalseAlarms | None:
    if found is None:
        return None
    return pb.FalseAlarms(
        flagged=found.flagged,
        interviews=found.interviews,
        upper_bound=found.upper_bound,
        measured_on=found.measured_on,
    )


def _evidence(evidence: Evidence) -> pb.Evidence:
    span = pb.Span(start_ms=evidence.span.start_ms, end_ms=evidence.span.end_ms)
    return pb.Evidence(answer_id=evidence.answer_id, quote=evidence.quote, span=span)
