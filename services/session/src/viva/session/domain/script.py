"""Everything that the interviewer can say in one interview, known before it starts.

Prompt keys: a phrase's own key (``ack:0``, ``reprompt``), ``greeting``, ``question:<id>`` and
``followup:<question id>:<follow-up id>``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from viva.session.domain.phrases import phrases_for, welcome
from viva.session.domain.plan import Channel, ConsentMode, PersonaPlan, Plan


@dataclass(frozen=True)
class Script:
    """Prompt key to the text that is spoken, in the order in which they may first be needed."""

    prompts: Mapping[str, str]


def question_key(question_id: str) -> str:
    """The prompt key of a question."""
    return f"question:{question_id}"


def follow_up_key(question_id: str, follow_up_id: str) -> str:
    """The prompt key of a question's follow-up."""
    return f"followup:{question_id}:{follow_up_id}"


def build_script(plan: Plan) -> Script:
    """Lists every prompt that the conversation of this plan can say.

    Raises:
        KeyError: for a language without phrases.
    """
    by_phone = plan.channel is Channel.PHONE
    phrases = dict(phrases_for(plan.persona.language, plan.persona.tone, by_phone=by_phone))
    if not (by_phone and plan.consent_mode is ConsentMode.EXPLICIT):
        del phrases["consent"]
    prompts = {"greeting": _greeting(plan.persona)}
    for question in plan.questions:
        prompts[question_key(question.id)] = question.text
        if question.max_follow_ups > 0:
            for follow_up in question.follow_ups:
                prompts[follow_up_key(question.id, follow_up.id)] = follow_up.text
    prompts.update(phrases)
    return Script(prompts=prompts)


def _greeting(persona: PersonaPlan) -> str:
    if persona.greeting:
        return persona.greeting
    role = f" {persona.role}," if persona.role else ""
    name = f"I am {persona.name},{role} and" if persona.name else "In this call"
    subject = f"about the role of {persona.job}" if persona.job else "about your work"
    company = f" at {persona.company_name}" if persona.company_name else ""
    return f"{welcome(persona.tone)} {name} I would like to talk with you {subject}{company}."
