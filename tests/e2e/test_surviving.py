"""A live conversation survives the replica that conducts it."""

import asyncio

import pytest

from tests.adjacent.before import ReleaseBefore
from tests.e2e.interview import CUSTOMER, ORDER, book
from tests.e2e.scenarios import Outcome
from tests.e2e.surviving import (
    INTO_S,
    Survived,
    call_that_loses_telephony,
    conduct_with_losses,
    first_conducts,
    freeze_owner,
    thaw,
)
from tests.e2e.world import World
from viva.testkit.candidate.conduct import Conducted, attend, finish
from viva.testkit.stack import Stack

pytestmark = [pytest.mark.disturbs, pytest.mark.scenario("completed")]

# `make bench` (survival) measures 1 s; this only notices that somebody waits for a timeout.
_DEAD_AIR_S = 10.0


async def whole(world: World, conducted: Conducted, *, by_ear: bool = False) -> None:
    """Nothing of what was said is missing, and nothing was asked twice."""
    assert conducted.verdict["status"] == "completed"
    read = await world.api.interview(conducted.id, include="transcript")
    text = {
        answer["question_id"]: answer["transcript"]["text"].lower() for answer in read["answers"]
    }
    for word in ("parcel", "listened", "carrier", "replacement", "stayed", "review"):
        assert word in text["customer"]
    for word in ("attachments", "compared", "special", "developers", "complaints fell"):
        assert word in text["problem"]
    asked = [line for who, line in conducted.report.lines if who == "interviewer"]
    # A person on the telephone notes which question was understood.
    wanted = ": problem" if by_ear else "problem that you solved"
    assert len([line for line in asked if wanted in line]) == 1


async def test_killing_the_replica_that_conducts_loses_no_word(
    outcome: Outcome, alone: World
) -> None:
    survived: Survived = await conduct_with_losses(alone.stack, alone.api, alone.voice)
    assert len(survived.dead_air_s) == 2
    assert max(survived.dead_air_s) < _DEAD_AIR_S
    await whole(alone, survived.conducted)
    recording = await alone.api.request(
        "GET", f"/v1/interviews/{survived.conducted.id}/recording", timeout=30
    )
    reference = await alone.api.request("GET", f"/v1/interviews/{outcome.id}/recording", timeout=30)
    assert len(recording.content) > 0.9 * len(reference.content)


@pytest.mark.settling
async def test_a_replica_that_freezes_loses_no_word(outcome: Outcome, alone: World) -> None:
    survived = await conduct_with_losses(
        alone.stack, alone.api, alone.voice, freeze_owner, (CUSTOMER,), restore=thaw
    )
    assert len(survived.dead_air_s) == 1
    assert max(survived.dead_air_s) < _DEAD_AIR_S
    await whole(alone, survived.conducted)


@pytest.mark.settling
async def test_a_conversation_goes_to_the_release_before_and_comes_back(
    outcome: Outcome, alone: World, before: ReleaseBefore
) -> None:
    await asyncio.to_thread(alone.stack.end_replica)
    alone.stack.replica_environment = before.environment
    try:
        survived = await conduct_with_losses(alone.stack, alone.api, alone.voice)
    finally:
        alone.stack.replica_environment = {}
        await asyncio.to_thread(alone.stack.end_replica)
    assert len(survived.dead_air_s) == 2
    assert max(survived.dead_air_s) < _DEAD_AIR_S
    await whole(alone, survived.conducted)


async def test_replica_that_leaves_hands_over(outcome: Outcome, alone: World) -> None:
    async def leave(stack: Stack) -> None:
        if await first_conducts(stack):
            await asyncio.to_thread(stack.end, "session")
        else:
            await asyncio.to_thread(stack.end_replica)

    # Not in the last answer: a farewell is not handed over.
    survived = await conduct_with_losses(alone.stack, alone.api, alone.voice, leave, (CUSTOMER,))
    assert len(survived.dead_air_s) == 1
    await whole(alone, survived.conducted)
    assert survived.conducted.report.cut_offs == 0


@pytest.mark.settling
@pytest.mark.scenario("phone")
async def test_killing_telephony_ends_the_call_and_the_next_one_goes_on(
    outcome: Outcome, alone: World
) -> None:
    lost = await call_that_loses_telephony(alone)
    assert lost.notes["person"].calls == 2
    assert lost.verdict["call"]["progress"]["calls"] == 2
    # Its hold on the call runs out after 15 s; then the telephone rings.
    assert lost.notes["silent_s"] < 60, lost.told()
    await whole(alone, lost, by_ear=True)


async def test_killing_the_gateway_loses_no_word(outcome: Outcome, alone: World) -> None:
    conducted = Conducted(await alone.api.create_interview(**ORDER | {"limits": {"grace_s": 40}}))
    await alone.api.ready(conducted.id)
    telling = asyncio.Event()
    talking = asyncio.create_task(
        attend(
            conducted,
            alone.voice,
            book(),
            listen=lambda _who, text: telling.set() if text == CUSTOMER else None,
        )
    )
    await telling.wait()
    await asyncio.sleep(INTO_S)
    killed = await asyncio.to_thread(alone.stack.kill, "gateway")
    await asyncio.to_thread(alone.stack.wait_for_restart, "gateway", killed)
    await talking
    await finish(conducted, alone.api)
    await whole(alone, conducted)
