"""A telephone's keys: one and two for consent, the star to hear it again, zero to skip."""

import pytest

from services.session.tests.unit.conversation_world import (
    FLUENT,
    Burst,
    World,
    listening_to,
    plan,
)
from viva.session.domain.conversation import facts
from viva.session.domain.conversation.ending import EndedBy
from viva.session.domain.conversation.state import Slot, Stage
from viva.session.domain.plan import Channel


def by_phone() -> World:
    world = World(plan(channel=Channel.PHONE), dict(FLUENT))
    world.feed(facts.Attached(fresh=True, lossless=True))
    world.run_until(lambda w: w.state.stage is Stage.CONSENTING)
    return world


def test_one_is_consent() -> None:
    world = by_phone()
    world.feed(facts.KeyPressed("1"))
    world.run()
    assert world.ended is EndedBy.FINISHED


def test_two_is_none_and_nothing_is_asked() -> None:
    world = by_phone()
    world.feed(facts.KeyPressed("2"))
    world.run()
    assert world.ended is EndedBy.CONSENT_REFUSED
    assert not any(key.startswith("question:") for key in world.spoken)


def test_the_star_says_the_question_again() -> None:
    world = World(plan(), {**FLUENT, "question:q2": []}).begin()
    world.run_until(lambda w: listening_to(w, "question:q2"))
    world.feed(facts.KeyPressed("*"))
    world.answers["question:q2"] = [Burst(3000)]
    world.run()
    assert world.spoken.count("question:q2") == 2
    assert sum(closed.slot == Slot(2) for closed in world.closed) == 1
    assert world.ended is EndedBy.FINISHED


@pytest.mark.parametrize("digit", ["0", "#"])
def test_zero_and_the_hash_go_on_from_an_answer(digit: str) -> None:
    world = World(plan(), {**FLUENT, "question:q2": [Burst(30_000)]}).begin()
    world.run_until(lambda w: listening_to(w, "question:q2") and w.state.speech is not None)
    world.run(2_000)
    world.feed(facts.KeyPressed(digit))
    assert world.closed[-1].slot == Slot(2)
    assert world.spoken[-1] == "closing"


def test_zero_skips_a_question_without_a_word() -> None:
    world = World(plan()).begin()
    world.run_until(lambda w: listening_to(w, "question:warm"))
    world.feed(facts.KeyPressed("0"))
    assert world.spoken[-2:] == ["skip", "question:q1"]
    assert world.closed == []


@pytest.mark.parametrize("digit", list("123456789"))
def test_other_keys_change_nothing_in_an_answer(digit: str) -> None:
    world = World(plan(), {**FLUENT, "question:q2": [Burst(30_000)]}).begin()
    world.run_until(lambda w: listening_to(w, "question:q2") and w.state.speech is not None)
    before = world.state
    world.feed(facts.KeyPressed(digit))
    assert world.state == before
