"""One function builds the JSON of an interview: for GET, the public topic and so the webhooks."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from viva.gateway.application.explaining import explanation
from viva.gateway.domain.calls import CallProgress
from viva.gateway.domain.interview import CallOrder, Erasure, Interview, Run, StoredObject
from viva.gateway.domain.library import Competency, Entry
from viva.gateway.domain.reviews import Override, Review
from viva.gateway.domain.verdict import AnswerResult

Json = dict[str, Any]
SIGNALS = ("multiple_speakers", "reading_detected")


def interview_document(
    interview: Interview,
    *,
    overrides: Sequence[Override],
    reviews: Sequence[Review],
    public_url: str,
) -> Json:
    """Builds the verdict document, whatever the interview's state; what is not known is null.

    Contact data of the candidate is not in it: it goes to the public topic as it is.
    """
    order, run = interview.order, interview.current
    script = order.script
    valid = [override for override in overrides if override.attempt == run.attempt]
    document: Json = {
        "id": interview.id,
        "interview_id": interview.id,
        "object": "interview",
        "status": run.status.value,
        "attempt": run.attempt,
        "mode": "test" if interview.test_mode else "live",
        "channel": order.channel.value,
        "role": order.role,
        "external_id": order.external_id or None,
        "vacancy": order.vacancy or None,
        "metadata": dict(order.metadata),
        "tags": list(order.tags),
        "consent_mode": order.consent_mode.value,
        "accommodations": {
            "thinking_time_factor": order.accommodations.thinking_time_factor,
            "captions": order.accommodations.captions,
            "text_answers": order.accommodations.text_answers,
        },
        "limits": {
            "total_s": order.limits.total_ms / 1000,
            "grace_s": order.limits.grace_ms / 1000,
        },
        "call": _call(order.call, run.calls),
        "created_at": timestamp(interview.created_at),
        "expires_at": timestamp(interview.expires_at),
        "started_at": timestamp(run.started_at),
        "ended_at": timestamp(run.ended_at),
        "end_reason": run.end_reason or None,
        "cancel_requested": interview.cancel_requested,
        **_scores(run, script.framework.definition.competencies, valid),
        **_outcome(run),
        "answers": [_answer(answer) for answer in run.verdict.answers] if run.verdict else [],
        "questions": {
            "planned": run.verdict.questions_planned if run.verdict else script.scored_questions,
            "answered": run.verdict.questions_answered if run.verdict else 0,
        },
        "overrides": [override_document(override) for override in valid],
        "reviews": [_review_summary(review) for review in reviews if review.attempt == run.attempt],
        "recording": _recording(interview.id, run.recording, public_url),
        "charged": run.charged,
        "erasure": _erasure(interview.erasure),
        "versions": {
            "persona": _version(script.persona),
            "framework": _version(script.framework),
            "question_set": _version(script.question_set),
            "models": [
                {"name": model.name, "version": model.version, "sha256": model.sha256 or None}
                for model in (run.verdict.models if run.verdict else ())
            ],
        },
    }
    return document


def _erasure(erasure: Erasure | None) -> Json | None:
    if erasure is None:
        return None
    return {
        "requested_at": timestamp(erasure.requested_at),
        "completed_at": timestamp(erasure.completed_at),
        "outstanding": [keeper.value for keeper in erasure.outstanding],
    }


def _call(call: CallOrder | None, calls: CallProgress) -> Json | None:
    if call is None:
        return None
    window = call.window
    return {
        "direction": "outbound" if call.outbound else "inbound",
        "window": {
            "time_zone": window.time_zone,
            "from": _time_of_day(window.from_minute),
            "until": _time_of_day(window.until_minute),
            "weekdays": list(window.weekdays),
        }
        if window
        else None,
        "trunk": call.trunk or None,
        "max_calls": call.max_calls or None,
        "call_back": call.call_back,
        "progress": {
            "state": calls.state.value,
            "calls": calls.calls,
            "last_outcome": calls.last_outcome or None,
            "next_call_at": timestamp(calls.next_call_at),
        },
    }


def _time_of_day(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def timestamp(at: datetime | None) -> str | None:
    """Writes a time as RFC 3339 in UTC, to the millisecond."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def override_document(override: Override) -> Json:
    """Shows who replaced what, when and why."""
    return {
        "id": override.id,
        "target": override.target,
        "original": override.original,
        "value": override.value,
        "reason": override.reason,
        "by": override.by,
        "key_id": override.key_id,
        "at": timestamp(override.at),
    }


def review_document(review: Review) -> Json:
    """Shows a review with its notes."""
    return {
        **_review_summary(review),
        "object": "review",
        "interview_id": review.interview_id,
        "attempt": review.attempt,
        "notes": [
            {"text": note.text, "by": note.by, "at": timestamp(note.at)} for note in review.notes
        ],
    }


def whole(score: float | None) -> int | None:
    """Rounds a score half up, as people do."""
    return None if score is None else math.floor(score + 0.5)


def _scores(run: Run, competencies: Sequence[Competency], overrides: Sequence[Override]) -> Json:
    verdict = run.verdict
    scored = {found.key: whole(found.score) for found in verdict.competencies} if verdict else {}
    signals = {signal.kind: signal.flagged for signal in verdict.signals} if verdict else {}
    values: Json = {
        "overall_score": whole(verdict.overall) if verdict else None,
        "competencies": {found.key: scored.get(found.key) for found in competencies},
        "language": {
            "cefr": verdict.language.cefr if verdict else None,
            "fluency": whole(verdict.language.fluency) if verdict else None,
        },
        "fraud_signals": {kind: signals.get(kind) for kind in SIGNALS},
    }
    for override in overrides:
        section, _, key = override.target.partition(".")
        if key:
            values[section][key] = override.value
        else:
            values[section] = override.value
    return values


def _outcome(run: Run) -> Json:
    verdict = run.verdict
    return {
        "confidence": verdict.confidence if verdict else None,
        "confidence_reasons": list(verdict.confidence_reasons) if verdict else [],
        "review_recommended": verdict.review_recommended if verdict else None,
        "failure": (
            {"code": run.failure.code, "detail": run.failure.detail} if run.failure else None
        ),
        "explanation": explanation(verdict) if verdict else None,
    }


def _answer(answer: AnswerResult) -> Json:
    return {
        "id": answer.id,
        "revision": answer.revision,
        "question_id": answer.question_id,
        "question": answer.question,
        "follow_up_id": answer.follow_up_id or None,
        "warm_up": answer.warm_up,
        "typed": answer.typed,
        "partial": answer.cut_short,
        "recording_start_ms": answer.recording_start_ms,
        "duration_ms": answer.duration_ms,
        "thinking_ms": answer.thinking_ms,
        "net_speech_ms": answer.net_speech_ms,
        "words": answer.word_count,
        "words_of_others": answer.dropped_words,
        "scores": dict(answer.scores),
        "missing_evidence": list(answer.missing_evidence),
        "missing_stages": list(answer.missing_stages),
    }


def _review_summary(review: Review) -> Json:
    return {
        "id": review.id,
        "status": review.status.value,
        "reasons": list(review.reasons),
        "created_at": timestamp(review.created_at),
        "decision": review.decision.value if review.decision else None,
        "decided_by": review.decided_by or None,
        "decided_at": timestamp(review.decided_at),
    }


def _recording(interview_id: str, stored: StoredObject | None, public_url: str) -> Json | None:
    if stored is None:
        return None
    return {
        "url": f"{public_url}/v1/interviews/{interview_id}/recording",
        "media_type": "audio/wav",
        "size_bytes": stored.size_bytes,
        "sha256": stored.sha256,
    }


def _version(entry: Entry[Any]) -> Json:
    return {
        "id": entry.id or None,
        "version": entry.version or None,
        "name": entry.definition.name,
    }
