"""From the gateway's own words to the messages that other services read."""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.gateway.events.v1 import events_pb2 as events
from viva.gateway.domain.interview import Channel, ConsentMode, Interview
from viva.gateway.domain.library import (
    Competency,
    Entry,
    EvidenceKind,
    Framework,
    Persona,
    Question,
    QuestionSet,
)

_CHANNELS = {Channel.BROWSER: common.CHANNEL_BROWSER, Channel.PHONE: common.CHANNEL_PHONE}
_CONSENT = {
    ConsentMode.EXPLICIT: common.CONSENT_MODE_EXPLICIT,
    ConsentMode.PRE_GRANTED: common.CONSENT_MODE_PRE_GRANTED,
}
_EVIDENCE = {
    EvidenceKind.SITUATION: common.EVIDENCE_KIND_SITUATION,
    EvidenceKind.ACTION: common.EVIDENCE_KIND_ACTION,
    EvidenceKind.RESULT: common.EVIDENCE_KIND_RESULT,
    EvidenceKind.SPECIFICS: common.EVIDENCE_KIND_SPECIFICS,
    EvidenceKind.ELABORATION: common.EVIDENCE_KIND_ELABORATION,
}


def created(interview: Interview, call: events.CallPlan | None = None) -> events.InterviewCreated:
    """Tells the other services of a new interview; of the candidate, only a sealed number is in."""
    return events.InterviewCreated(
        spec=_spec(interview), attempt=1, webhook_url=interview.order.webhook_url, call=call
    )


def cancel_requested(interview: Interview, reason: str) -> events.InterviewCancelRequested:
    """Asks for the end of an interview."""
    return events.InterviewCancelRequested(interview_id=interview.id, reason=reason)


def erasure_requested(interview: Interview) -> events.InterviewErasureRequested:
    """Asks for everything of the candidate to be deleted, of all attempts."""
    return events.InterviewErasureRequested(
        interview_id=interview.id, attempt=interview.requested_attempt
    )


def reinvite_requested(interview: Interview) -> events.InterviewReinviteRequested:
    """Asks for a fresh attempt."""
    return events.InterviewReinviteRequested(
        interview_id=interview.id,
        attempt=interview.requested_attempt,
        expires_at=_stamp(interview.expires_at),
    )


def _spec(interview: Interview) -> common.InterviewSpec:
    order = interview.order
    return common.InterviewSpec(
        interview_id=interview.id,
        tenant_id=interview.tenant_id,
        channel=_CHANNELS[order.channel],
        role=order.role,
        persona=_persona(order.script.persona),
        framework=_framework(order.script.framework),
        question_set=_question_set(order.script.question_set),
        accommodations=common.Accommodations(
            thinking_time_factor=order.accommodations.thinking_time_factor,
            captions=order.accommodations.captions,
            text_answers=order.accommodations.text_answers,
        ),
        consent_mode=_CONSENT[order.consent_mode],
        limits=common.Limits(total_ms=order.limits.total_ms, grace_ms=order.limits.grace_ms),
        expires_at=_stamp(interview.expires_at),
        test_mode=interview.test_mode,
    )


def _persona(entry: Entry[Persona]) -> common.Persona:
    persona = entry.definition
    return common.Persona(
        id=entry.id,
        version=entry.version,
        name=persona.name,
        role=persona.role,
        language=persona.language,
        voice=persona.voice,
        tone=persona.tone,
        greeting=persona.greeting,
        company_name=persona.branding.company_name,
    )


def _framework(entry: Entry[Framework]) -> common.Framework:
    competencies = entry.definition.competencies
    total = sum(competency.weight for competency in competencies)
    return common.Framework(
        id=entry.id,
        version=entry.version,
        name=entry.definition.name,
        competencies=[competency_message(competency, total) for competency in competencies],
    )


def competency_message(competency: Competency, total_weight: float) -> common.Competency:
    """A competency with its share of the total weight."""
    calibration = competency.calibration
    return common.Competency(
        key=competency.key,
        name=competency.name,
        definition=competency.definition,
        weight=competency.weight / total_weight,
        anchors=[
            common.Anchor(level=anchor.level, text=anchor.text) for anchor in competency.anchors
        ],
        indicators=competency.indicators,
        calibration=common.Calibration(
            id=calibration.id,
            factors=[
                common.EvidenceFactor(code=code, factor=factor)
                for code, factor in sorted(calibration.factors.items())
            ],
            candidates=calibration.candidates,
            raters=calibration.raters,
        )
        if calibration
        else None,
    )


def _question_set(entry: Entry[QuestionSet]) -> common.QuestionSet:
    return common.QuestionSet(
        id=entry.id,
        version=entry.version,
        name=entry.definition.name,
        questions=[_question(question) for question in entry.definition.questions],
    )


def _question(question: Question) -> common.Question:
    return common.Question(
        id=question.id,
        text=question.text,
        competency_keys=question.competency_keys,
        thinking_time_ms=question.thinking_time_ms,
        answer_limit_ms=question.answer_limit_ms,
        follow_ups=[
            common.FollowUp(id=asked.id, text=asked.text, evidence=_EVIDENCE[asked.evidence])
            for asked in question.follow_ups
        ],
        max_follow_ups=min(question.max_follow_ups, len(question.follow_ups)),
        warm_up=question.warm_up,
    )


def _stamp(at: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp
