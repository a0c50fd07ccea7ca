"""kill -9 of services while interviews are in their processing phase, and what must come of it."""

import asyncio
from collections.abc import Sequence

from tests.e2e.interview import ORDER, PROBLEM, book
from tests.e2e.world import World
from viva.testkit.api import Json
from viva.testkit.candidate.conduct import Conducted, attend, finish

APART_S = 12.0
# Each is frozen while its last answer is on the way, so that it dies with work in its hands.
STAGES = ("asr", "diarization", "scoring", "fraud")
# These die while an interview is held in the middle of its processing.
CARRIERS = ("notification", "telephony", "session", "gateway")


def substance(verdict: Json) -> Json:
    """What must be the same whatever died: every score, its reasons, the answers' measures."""
    answers = [
        {
            name: answer[name]
            for name in ("question_id", "words", "net_speech_ms", "scores", "missing_stages")
        }
        for answer in verdict["answers"]
    ]
    names = ("status", "overall_score", "competencies", "language", "fraud_signals", "confidence")
    return {name: verdict[name] for name in names} | {"answers": answers}


async def check_once(world: World, conducted: Conducted) -> None:
    """One terminal event, one settlement, one webhook id."""
    (hook_ids,) = {
        hook.id for hook in await world.webhooks(conducted.id, "interview.completed", 60)
    }
    terminal = [
        found
        for found in world.results.of(conducted.id)
        if found.attributes["ce_type"] != "interview.updated"
    ]
    assert [found.attributes["ce_type"] for found in terminal] == ["interview.completed"]
    assert hook_ids == terminal[0].attributes["ce_id"]
    ledger = await world.api.call(
        "GET", "/v1/credits/ledger", params={"interview_id": conducted.id}
    )
    assert sorted(entry["kind"] for entry in ledger["data"]) == ["reserve", "settle"]


async def kill_each_stage(world: World) -> dict[str, Conducted]:
    """One interview for each stage, shortly after one another; each loses its stage."""
    ended = await asyncio.gather(
        *(_lose(world, [stage], stage, at * APART_S) for at, stage in enumerate(STAGES))
    )
    return dict(zip(STAGES, ended, strict=True))


async def kill_the_carriers(world: World) -> Conducted:
    """One interview that loses all services outside the stages, one after another."""
    return await _lose(world, CARRIERS, "scoring", 0)


async def _lose(world: World, victims: Sequence[str], held: str, delay_s: float) -> Conducted:
    """Conducts an interview; `held` freezes in its last answer, `victims` die in processing."""
    await asyncio.sleep(delay_s)
    conducted = Conducted(await world.api.create_interview(**ORDER))
    await world.api.ready(conducted.id)
    last_answer = asyncio.Event()
    talking = asyncio.create_task(
        attend(
            conducted,
            world.voice,
            book(),
            listen=lambda _who, text: last_answer.set() if text == PROBLEM else None,
        )
    )
    await last_answer.wait()
    await asyncio.to_thread(world.stack.freeze, held)
    try:
        await talking
        now = await world.api.wait_for(conducted.id, {"processing"}, 30)
        assert now["status"] == "processing"
        for victim in victims:
            killed = await asyncio.to_thread(world.stack.kill, victim)
            await asyncio.to_thread(world.stack.wait_for_restart, victim, killed)
            assert (await world.api.interview(conducted.id))["status"] in {
                "processing",
                "completed" if victim == held else "processing",
            }
    finally:
        await asyncio.to_thread(world.stack.thaw, held)
    await finish(conducted, world.api)
    return conducted
