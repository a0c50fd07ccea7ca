"""Whole conversations in virtual time."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.session.tests.unit.conversation_world import (
    FLUENT,
    MS,
    Burst,
    World,
    listening_to,
    plan,
)
from viva.session.domain.conversation import actions as act
from viva.session.domain.conversation import facts
from viva.session.domain.conversation.codec import (
    decode_fact,
    decode_state,
    encode_fact,
    encode_state,
)
from viva.session.domain.conversation.ending import EndedBy
from viva.session.domain.conversation.machine import conversation
from viva.session.domain.conversation.state import Slot, Stage, State
from viva.session.domain.plan import Channel, QuestionPlan


def test_a_fluent_interview_goes_through_the_script_and_finishes() -> None:
    world = World(plan(), dict(FLUENT)).begin().run()
    assert world.ended is EndedBy.FINISHED
    assert world.questions == ["question:warm", "question:q1", "followup:q1:more", "question:q2"]
    assert [(c.slot, c.revision) for c in world.closed] == [
        (Slot(0), 1),
        (Slot(1), 1),
        (Slot(1, "more"), 1),
        (Slot(2), 1),
    ]
    assert world.spoken[:3] == ["greeting", "notice", "how"]
    assert world.spoken[-1] == "closing"
    assert not world.violations


def test_a_sure_turn_is_answered_within_half_a_second() -> None:
    world = World(plan(), dict(FLUENT)).begin().run()
    assert max(world.latencies()) <= 550


def test_nothing_is_said_before_consent_and_ready() -> None:
    world = World(plan())
    world.feed(facts.Attached(fresh=True, lossless=True))
    world.run(5_000)
    world.feed(facts.Commanded(facts.Command.READY))
    world.run(2_000)
    assert world.spoken == []
    world.feed(facts.Consented(granted=True))
    assert world.spoken[:1] == ["greeting"]


def test_refusing_consent_ends_before_anything_is_asked() -> None:
    world = World(plan())
    world.feed(facts.Attached(fresh=True, lossless=True))
    world.feed(facts.Consented(granted=False))
    world.run()
    assert world.ended is EndedBy.CONSENT_REFUSED
    assert world.questions == []


def test_an_interview_that_never_began_is_released_when_the_candidate_leaves() -> None:
    world = World(plan())
    world.feed(facts.Attached(fresh=True, lossless=True))
    world.feed(facts.Detached())
    for _ in range(30):
        world.feed(facts.Elapsed(1000))
    assert world.released
    assert world.ended is None


def test_a_silent_candidate_is_re_prompted_once_a_question_and_the_end_is_polite() -> None:
    world = World(plan()).begin().run()
    assert world.ended is EndedBy.SILENT
    assert world.spoken[-1] == "closing:silent"
    assert world.spoken.count("reprompt") == 2
    assert world.closed == []


def test_a_pause_inside_an_answer_is_no_end() -> None:
    answers = {
        **FLUENT,
        "question:q2": [Burst(3000, 1200, 0.05, "I like it because"), Burst(3000)],
    }
    world = World(plan(), answers).begin().run()
    last = world.closed[-1]
    assert len(last.spans) == 2
    assert last.revision == 1


@pytest.mark.parametrize(("rest_ms", "counts"), [(130, True), (400, False)])
def test_a_short_sound_belongs_to_the_answer_only_where_it_follows_within_a_word(
    rest_ms: int, *, counts: bool
) -> None:
    answers = FLUENT | {"question:q1": [Burst(5000, rest_ms), Burst(140)]}
    world = World(plan(), answers).begin().run()
    closed = next(c for c in world.closed if c.slot == Slot(1))
    assert len(closed.spans) == (2 if counts else 1)
    assert not world.violations


def test_an_answer_that_goes_on_before_the_reply_is_understood_is_taken_up() -> None:
    answers = {**FLUENT, "question:q2": [Burst(3000, 700, 0.99), Burst(3000)]}
    world = World(plan(), answers).begin().run()
    closed = [(c.slot, c.revision) for c in world.closed]
    assert closed[-2:] == [(Slot(2), 1), (Slot(2), 2)]
    assert world.closed[-1].start == world.closed[-2].start
    assert world.closed[-1].end > world.closed[-2].end
    assert world.taken_up == 1
    assert world.ended is EndedBy.FINISHED


def test_please_repeat_by_voice_says_the_question_again_and_is_no_answer() -> None:
    answers = dict(FLUENT)
    answers["question:q2"] = [Burst(1200, 0, 0.9, "Sorry, could you please repeat that?")]
    world = World(plan(), answers).begin()
    world.run_until(lambda w: w.spoken.count("question:q2") == 2)
    world.answers["question:q2"] = [Burst(3000)]
    world.run()
    assert "repeat" in world.spoken
    assert sum(c.slot == Slot(2) for c in world.closed) == 1


def test_let_me_think_gives_time_instead_of_ending_the_answer() -> None:
    answers = dict(FLUENT)
    answers["question:q2"] = [Burst(1500, 9_000, 0.95, "Um, let me think."), Burst(4000)]
    world = World(plan(), answers).begin().run()
    assert world.ended is EndedBy.FINISHED
    assert [c.revision for c in world.closed if c.slot == Slot(2)] == [1]
    assert "unanswered" not in world.spoken


@pytest.mark.parametrize("kind", [facts.Command.DONE, facts.Command.SKIP])
def test_a_button_ends_an_answer_at_once(kind: facts.Command) -> None:
    answers = {**FLUENT, "question:q2": [Burst(30_000)]}
    world = World(plan(), answers).begin()
    world.run_until(lambda w: listening_to(w, "question:q2") and w.state.speech is not None)
    world.run(2_000)
    world.feed(facts.Commanded(kind))
    assert world.closed[-1].slot == Slot(2)
    assert world.spoken[-1] == "closing"


def test_done_before_a_word_skips_the_question() -> None:
    world = World(plan()).begin()
    world.run_until(lambda w: listening_to(w, "question:warm"))
    world.feed(facts.Commanded(facts.Command.DONE))
    assert world.spoken[-2:] == ["skip", "question:q1"]
    assert world.closed == []


def test_a_typed_answer_is_recorded_and_goes_on() -> None:
    world = World(plan()).begin()
    world.run_until(lambda w: listening_to(w, "question:warm"))
    world.feed(facts.Typed("warm", "By train."))
    assert world.closed[0].typed == "By train."
    assert world.spoken[-1] == "question:q1"


def test_a_typed_answer_that_crossed_the_next_question_is_a_revision_of_its_own() -> None:
    world = World(plan(), {"question:warm": [Burst(3000)]}).begin()
    world.run_until(lambda w: bool(w.closed))
    world.feed(facts.Typed("warm", "By train."))
    assert [(c.slot, c.revision, c.typed) for c in world.closed] == [
        (Slot(0), 1, ""),
        (Slot(0), 2, "By train."),
    ]


def test_words_over_a_question_stop_the_interviewer() -> None:
    world = World(plan(), dict(FLUENT)).begin()
    world.run_until(lambda w: [s.key for s in w.playing][:1] == ["question:warm"])
    world.say_over(1_000, Burst(2500))
    world.run_until(lambda w: not w.playing, 2_500)
    assert any(isinstance(a, act.Flush) for a in world.done)
    assert world.state.stage is Stage.LISTENING


def test_a_cough_over_a_question_does_not_stop_the_interviewer() -> None:
    world = World(plan(), dict(FLUENT)).begin()
    world.run_until(lambda w: [s.key for s in w.playing][:1] == ["question:warm"])
    world.say_over(300, Burst(350))
    world.say_over(1_000, Burst(700, text=None))
    world.run_until(lambda w: "question:warm" in w.asked)
    assert not any(isinstance(a, act.Flush) for a in world.done)
    assert world.run().ended is EndedBy.FINISHED


def test_digital_silence_is_told() -> None:
    world = World(plan()).begin()
    world.run_until(lambda w: listening_to(w, "question:warm"))
    world.feed(facts.SignalLost(world.now))
    assert act.Ask(act.Need.MICROPHONE) in world.done
    assert world.spoken[-1] == "unheard"


def test_an_answer_past_its_limit_ends_at_the_next_pause() -> None:
    questions = (QuestionPlan("q1", "Go on?", answer_limit_ms=10_000),)
    bursts = [Burst(3_000, 600, 0.01, "we worked on and") for _ in range(8)]
    world = World(plan(questions=questions), {"question:q1": bursts}).begin().run()
    assert "answer_limit" in world.spoken
    assert world.ended is EndedBy.FINISHED
    assert (world.closed[0].end - world.closed[0].start) < 15_000 * MS


def test_an_answer_without_a_pause_is_stopped_in_the_end() -> None:
    questions = (QuestionPlan("q1", "Go on?", answer_limit_ms=10_000),)
    world = World(plan(questions=questions), {"question:q1": [Burst(90_000)]}).begin().run()
    assert "answer_limit" in world.spoken
    assert world.ended is EndedBy.FINISHED


def test_the_total_limit_closes_the_interview() -> None:
    world = World(plan(total_limit_ms=20_000), dict(FLUENT)).begin().run()
    assert world.ended is EndedBy.TOTAL_LIMIT
    assert "closing:time" in world.spoken


def test_accommodations_stretch_the_timers() -> None:
    def first_reprompt(factor: float) -> int:
        world = World(plan(time_factor=factor)).begin()
        world.run_until(lambda w: listening_to(w, "question:warm"))
        begun = world.now
        world.run_until(lambda w: "reprompt" in w.spoken)
        return (world.now - begun) // MS

    assert first_reprompt(2.0) == pytest.approx(2 * first_reprompt(1.0), rel=0.05)


def drop(world: World, ms: int) -> None:
    world.feed(facts.Detached("gone"))
    for _ in range(ms // 500):
        world.feed(facts.Elapsed(500))


def test_a_candidate_who_stays_away_is_dropped_and_the_answer_so_far_is_kept() -> None:
    answers = {"question:warm": [Burst(60_000)]}
    world = World(plan(), answers).begin()
    world.run_until(lambda w: listening_to(w, "question:warm") and w.state.speech is not None)
    world.run(3_000)
    drop(world, 21_000)
    assert world.ended is EndedBy.DROPPED
    assert world.closed[0].cut_short


def test_who_comes_back_in_time_hears_the_same_question() -> None:
    world = World(plan(), dict(FLUENT)).begin()
    world.run_until(lambda w: "question:q1" in w.asked)
    world.later.clear()
    drop(world, 5_000)
    world.playing.clear()
    world.feed(facts.Attached(fresh=True, lossless=False))
    assert world.spoken[-2:] == ["lost", "question:q1"]
    world.run()
    assert world.ended is EndedBy.FINISHED
    assert [c.slot for c in world.closed] == [Slot(0), Slot(1), Slot(1, "more"), Slot(2)]


def test_a_network_blip_that_lost_nothing_is_passed_over() -> None:
    world = World(plan(), dict(FLUENT)).begin()
    world.run_until(lambda w: "question:q1" in w.asked)
    drop(world, 1_000)
    world.feed(facts.Attached(fresh=False, lossless=True))
    world.run()
    assert "lost" not in world.spoken
    assert world.ended is EndedBy.FINISHED


def test_without_live_recognition_the_interview_still_works() -> None:
    answers = {**FLUENT, "followup:q1:result": [Burst(4000)]}
    world = World(plan(), answers, asr=False).begin().run()
    assert world.ended is EndedBy.FINISHED
    assert len(world.closed) == 4


def test_the_phone_asks_for_consent_by_voice() -> None:
    world = World(plan(channel=Channel.PHONE), dict(FLUENT))
    world.answers["consent"] = [Burst(500, 0, 0.9, "Yes, I do.")]
    world.feed(facts.Attached(fresh=True, lossless=True))
    world.run()
    assert "consent" in world.spoken
    assert world.ended is EndedBy.FINISHED


def test_no_answer_to_consent_is_a_no() -> None:
    world = World(plan(channel=Channel.PHONE))
    world.feed(facts.Attached(fresh=True, lossless=True))
    world.run()
    assert world.ended is EndedBy.CONSENT_REFUSED


def test_cancelling_ends_at_once() -> None:
    world = World(plan(), dict(FLUENT)).begin()
    world.run(20_000)
    world.feed(facts.Cancelled())
    assert world.ended is EndedBy.CANCELLED


def test_replaying_the_log_gives_the_same_conversation() -> None:
    world = World(plan(), dict(FLUENT)).begin().run()
    state, actions = State(), []
    for fact in world.log:
        again = decode_fact(json.loads(json.dumps(encode_fact(fact))))
        assert again == fact
        step = conversation(world.rules, state, again)
        state = step.state
        actions += step.actions
    assert actions == world.done
    assert state == world.state


bursts = st.builds(
    Burst,
    speech_ms=st.integers(100, 9_000),
    pause_ms=st.integers(0, 6_000),
    probability=st.floats(0, 1),
    text=st.sampled_from(
        [None, "", "um", "I think that", "We finished on time.", "please repeat", "let me think"]
    ),
)
candidates = st.fixed_dictionaries(
    {},
    optional={
        key: st.lists(bursts, max_size=5)
        for key in (
            "greeting", "question:warm", "question:q1", "followup:q1:more", "followup:q1:result",
            "question:q2", "reprompt", "closing",
        )
    },
)  # fmt: skip
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SLOW
@given(candidates, st.booleans())
def test_every_conversation_ends_and_never_speaks_over_an_answer(
    answers: dict[str, list[Burst]], asr: bool
) -> None:
    world = World(plan(total_limit_ms=180_000), answers, asr=asr).begin().run()
    assert world.ended is not None
    assert world.violations == []
    slots = [c.slot for c in world.closed if c.revision == 1]
    assert slots == sorted(set(slots), key=slots.index)
    assert [s.question for s in slots] == sorted(s.question for s in slots)


@SLOW
@given(st.lists(st.integers(0, 3_000), min_size=1, max_size=4), st.integers(200, 4_000))
def test_silence_never_loops(after: Sequence[int], away_ms: int) -> None:
    world = World(plan()).begin()
    for ms in after:
        world.run(ms * 10)
        if world.ended is None:
            drop(world, away_ms)
            world.feed(facts.Attached(fresh=False, lossless=True))
    world.run()
    assert world.ended is EndedBy.SILENT
    assert len(world.spoken) < 20


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 4_000), st.sampled_from(["resume", "reload", "blip"]))
def test_a_cut_anywhere_asks_the_same_questions_none_twice(at: int, kind: str) -> None:
    whole = World(plan(), dict(FLUENT)).begin().run()
    world = World(plan(), dict(FLUENT)).begin()

    def cut(world: World, _: facts.Fact) -> None:
        if len(world.log) != at or world.ended is not None:
            return
        world.meddle = None
        world.state = decode_state(json.loads(json.dumps(encode_state(world.state))))
        world.feed(facts.Detached("cut"))
        world.feed(facts.Elapsed(900))
        if kind == "resume":
            world.feed(facts.Resumed(epoch=2))
            world.hear_anew()
        if kind == "reload":
            world.playing.clear()
            world.offset = 0
        world.feed(facts.Attached(fresh=kind == "reload", lossless=kind != "reload"))

    world.meddle = cut
    world.run()
    assert world.ended is EndedBy.FINISHED
    assert list(dict.fromkeys(world.questions)) == list(dict.fromkeys(whole.questions))
    slots = [c.slot for c in world.closed]
    assert list(dict.fromkeys(slots)) == [c.slot for c in whole.closed]
    assert world.violations == []
