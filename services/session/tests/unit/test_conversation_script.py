import pytest

from viva.session.domain.plan import (
    Channel,
    ConsentMode,
    Evidence,
    FollowUpPlan,
    PersonaPlan,
    Plan,
    QuestionPlan,
)
from viva.session.domain.script import build_script


def plan(**changes: object) -> Plan:
    base: dict[str, object] = {
        "interview_id": "iv_1",
        "tenant_id": "tn_1",
        "persona": PersonaPlan(
            name="Ada", role="an AI interviewer", job="engineer", company_name="Acme"
        ),
        "questions": (
            QuestionPlan(
                id="q1",
                text="What went wrong?",
                follow_ups=(FollowUpPlan("f1", "And then?", Evidence.RESULT),),
                max_follow_ups=1,
            ),
        ),
    }
    return Plan(**{**base, **changes})  # type: ignore[arg-type]


def test_a_script_names_every_question_and_follow_up() -> None:
    prompts = build_script(plan()).prompts
    assert prompts["question:q1"] == "What went wrong?"
    assert prompts["followup:q1:f1"] == "And then?"
    assert prompts["greeting"] == (
        "Hello, and welcome. I am Ada, an AI interviewer, and I would like to talk with you "
        "about the role of engineer at Acme."
    )


def test_follow_ups_that_are_never_asked_are_not_rendered() -> None:
    question = QuestionPlan(
        id="q1", text="x", follow_ups=(FollowUpPlan("f1", "y", Evidence.RESULT),), max_follow_ups=0
    )
    assert "followup:q1:f1" not in build_script(plan(questions=(question,))).prompts


def test_the_persona_s_own_greeting_wins() -> None:
    assert build_script(plan(persona=PersonaPlan(greeting="Hi!"))).prompts["greeting"] == "Hi!"


@pytest.mark.parametrize("tone", ["neutral", "formal"])
def test_a_tone_is_heard_in_the_greeting_and_in_the_standing_phrases(tone: str) -> None:
    warm, other = (build_script(plan(persona=PersonaPlan(tone=t))).prompts for t in ("warm", tone))
    assert set(other) == set(warm)
    changed = {key for key in warm if warm[key] != other[key]}
    assert {"greeting", "ack:1", "reprompt", "repeat", "closing"} <= changed
    assert {"notice", "consent", "question:q1"}.isdisjoint(changed)


def test_an_unknown_tone_is_warm() -> None:
    prompts = [build_script(plan(persona=PersonaPlan(tone=t))).prompts for t in ("", "warm", "odd")]
    assert prompts[0] == prompts[1] == prompts[2]


def test_consent_is_asked_by_voice_on_the_phone_only() -> None:
    assert "consent" not in build_script(plan()).prompts
    assert "consent" in build_script(plan(channel=Channel.PHONE)).prompts


@pytest.mark.parametrize("mode", ConsentMode)
def test_the_voice_print_is_named_where_no_page_names_it(mode: ConsentMode) -> None:
    notice = build_script(plan(channel=Channel.PHONE, consent_mode=mode)).prompts["notice"]
    assert "print of" in notice
    assert "deleted" in notice
    assert "print of" not in build_script(plan(consent_mode=mode)).prompts["notice"]


def test_a_language_without_phrases_is_refused() -> None:
    with pytest.raises(KeyError):
        build_script(plan(persona=PersonaPlan(language="de")))
