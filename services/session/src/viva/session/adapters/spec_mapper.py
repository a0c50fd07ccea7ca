"""From the specification that travels on the topic to the plan of the conversation."""

from dataclasses import dataclass

from viva.contracts.common.v1 import common_pb2 as common
from viva.session.domain.plan import (
    Channel,
    CompetencyPlan,
    ConsentMode,
    Evidence,
    FollowUpPlan,
    PersonaPlan,
    Plan,
    QuestionPlan,
)

_EVIDENCE = {
    common.EVIDENCE_KIND_SITUATION: Evidence.SITUATION,
    common.EVIDENCE_KIND_ACTION: Evidence.ACTION,
    common.EVIDENCE_KIND_RESULT: Evidence.RESULT,
    common.EVIDENCE_KIND_SPECIFICS: Evidence.SPECIFICS,
}


@dataclass(frozen=True)
class SpecMapper:
    """Reads specifications; a field that says nothing gets the value named here.

    Limits of a specification hold as they are. Those named here are stretched, once.

    Attributes:
        voice: of a persona without one.
        total_ms: limit of the whole conversation.
        grace_ms: time to come back after a drop.
        answer_limit_ms: of a question without one.
    """

    voice: str
    total_ms: int
    grace_ms: int
    answer_limit_ms: int

    def __call__(self, spec: common.InterviewSpec) -> Plan:
        """The plan of the conversation."""
        accommodations = spec.accommodations
        factor = max(1.0, accommodations.thinking_time_factor)
        pre_granted = spec.consent_mode == common.CONSENT_MODE_PRE_GRANTED
        return Plan(
            interview_id=spec.interview_id,
            tenant_id=spec.tenant_id,
            persona=self._persona(spec),
            questions=tuple(self._question(question) for question in spec.question_set.questions),
            competencies=tuple(_competency(entry) for entry in spec.framework.competencies),
            channel=Channel.PHONE if spec.channel == common.CHANNEL_PHONE else Channel.BROWSER,
            consent_mode=ConsentMode.PRE_GRANTED if pre_granted else ConsentMode.EXPLICIT,
            time_factor=factor,
            captions=accommodations.captions,
            text_answers=accommodations.text_answers,
            total_limit_ms=spec.limits.total_ms or round(self.total_ms * factor),
            grace_ms=spec.limits.grace_ms or round(self.grace_ms * factor),
        )

    def _persona(self, spec: common.InterviewSpec) -> PersonaPlan:
        persona = spec.persona
        return PersonaPlan(
            name=persona.name,
            role=persona.role,
            job=spec.role,
            company_name=persona.company_name,
            language=persona.language or "en",
            voice=persona.voice or self.voice,
            tone=persona.tone,
            greeting=persona.greeting,
        )

    def _question(self, question: common.Question) -> QuestionPlan:
        return QuestionPlan(
            id=question.id,
            text=question.text,
            competency_keys=tuple(question.competency_keys),
            thinking_time_ms=question.thinking_time_ms,
            answer_limit_ms=question.answer_limit_ms or self.answer_limit_ms,
            follow_ups=tuple(
                FollowUpPlan(
                    follow_up.id,
                    follow_up.text,
                    _EVIDENCE.get(follow_up.evidence, Evidence.ELABORATION),
                )
                for follow_up in question.follow_ups
            ),
            max_follow_ups=question.max_follow_ups,
            warm_up=question.warm_up,
        )


def _competency(competency: common.Competency) -> CompetencyPlan:
    return CompetencyPlan(
        key=competency.key,
        name=competency.name,
        definition=competency.definition,
        weight=competency.weight,
        anchors={anchor.level: anchor.text for anchor in competency.anchors},
        indicators=tuple(competency.indicators),
    )
