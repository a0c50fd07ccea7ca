"""All that stands behind a verdict, from the bytes that it kept and its frozen bundle."""

from collections.abc import Iterable
from typing import Any

from viva.contracts.common.v1 import common_pb2 as common
from viva.gateway.application.decoding import fraud_kind
from viva.gateway.application.ports import BundleStore
from viva.gateway.application.rescoring import origin
from viva.gateway.domain.interview import StoredObject
from viva.gateway.domain.verdict import VerdictRecord
from viva.platform.errors import InvalidError, NotFoundError
from viva.platform.log import get_logger

Json = dict[str, Any]
_log = get_logger(__name__)


async def read_bundle(stored: StoredObject | None, store: BundleStore) -> common.InterviewBundle:
    """Reads what the verdict was made from; empty where there is none."""
    bundle = common.InterviewBundle()
    if stored is None:
        return bundle
    try:
        bundle.ParseFromString(await store.get(stored.key, stored.sha256))
    except (NotFoundError, InvalidError) as error:
        _log.warning("bundle_unreadable", code=error.code)
    return bundle


def glass_box(record: VerdictRecord | None, bundle: common.InterviewBundle) -> Json:
    """What the verdict document leaves out: features, answers, dropped words, origin."""
    score, assessment = common.InterviewScore(), common.InterviewAssessment()
    if record is not None:
        score.ParseFromString(record.score)
        assessment.ParseFromString(record.assessment)
    signals = {(one.answer_id, one.revision): one.signals for one in assessment.answers}
    return {
        "language_features": _features(score.language.features),
        "signal_features": {
            fraud_kind(one.kind): _features(one.features) for one in assessment.signals
        },
        "findings": {
            one.key: [
                {
                    "question_id": found.question_id,
                    "features": _features(found.features),
                    "cap": found.cap,
                }
                for found in one.questions
            ]
            for one in score.competencies
        },
        "with_dropped_words": _with_dropped(score),
        "answers": [
            _answer(one, signals.get((one.answer.answer_id, one.answer.revision)))
            for one in bundle.answers
        ],
        "origin": origin(record.score, score) if record is not None else None,
    }


def _with_dropped(score: common.InterviewScore) -> Json | None:
    if not score.HasField("with_dropped_words"):
        return None
    found = score.with_dropped_words
    return {
        "words": found.words,
        "share": found.share,
        "overall_score": found.overall if found.HasField("overall") else None,
        "competencies": {
            one.key: one.score if one.HasField("score") else None for one in found.competencies
        },
        "fluency": found.fluency if found.HasField("fluency") else None,
        "cefr": found.cefr or None,
    }


def _answer(found: common.AnswerBundle, signals: Iterable[common.FraudSignal] | None) -> Json:
    answer, score, transcript = found.answer, found.score, found.transcript
    # The assessment of the whole interview compares with the warm-up; an answer's own does not.
    given = found.assessment.signals if signals is None else signals
    return {
        "id": answer.answer_id,
        "question_id": answer.question_id,
        "follow_up_id": answer.follow_up_id or None,
        "warm_up": answer.warm_up,
        "features": _features(score.features),
        "competencies": {one.competency_key: _competency(one) for one in score.competencies},
        "missing_evidence": [
            common.EvidenceKind.Name(kind).removeprefix("EVIDENCE_KIND_").lower()
            for kind in score.missing_evidence
        ],
        "filled_pauses": [_span(span) for span in transcript.filled_pauses],
        "speakers": [_speaker(one) for one in found.attribution.speakers],
        "dropped_words": [
            {
                "text": word.text.strip(),
                "start_ms": word.start_ms,
                "end_ms": word.end_ms,
                "speaker": word.speaker or None,
            }
            for word in transcript.words
            if word.dropped
        ],
        "signals": [_signal(one) for one in given],
    }


def _competency(found: common.CompetencyEvidence) -> Json:
    return {
        "score": found.score if found.HasField("score") else None,
        "null_reason": found.null_reason or None,
        "contributions": [
            {
                "code": one.code,
                "label": one.label,
                "points": one.points,
                "quotes": _quotes(one.evidence),
            }
            for one in found.contributions
        ],
        "suggestions": list(found.suggestions),
    }


def _signal(found: common.FraudSignal) -> Json:
    return {
        "kind": fraud_kind(found.kind),
        "flagged": found.flagged,
        "score": found.score if found.HasField("score") else None,
        "threshold": found.threshold,
        "calibration": found.calibration or None,
        "explanation": found.explanation or None,
        "features": _features(found.features),
        "quotes": _quotes(found.evidence),
    }


def _speaker(found: common.Speaker) -> Json:
    def near(name: str) -> float | None:
        return getattr(found, name) if found.HasField(name) else None  # type: ignore[arg-type]

    return {
        "label": found.label,
        "role": common.SpeakerRole.Name(found.role).removeprefix("SPEAKER_ROLE_").lower(),
        "speech_ms": found.speech_ms,
        "similarity_to_candidate": near("similarity_to_candidate"),
        "similarity_to_interviewer": near("similarity_to_interviewer"),
    }


def _features(features: Iterable[common.Feature]) -> list[Json]:
    return [{"name": one.name, "value": one.value, "unit": one.unit or None} for one in features]


def _quotes(evidence: Iterable[common.Evidence]) -> list[Json]:
    return [{"answer_id": e.answer_id, "text": e.quote, **_span(e.span)} for e in evidence]


def _span(span: common.Span) -> Json:
    return {"start_ms": span.start_ms, "end_ms": span.end_ms}
