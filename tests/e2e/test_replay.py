"""A verdict is computed again to the byte; an erased interview leaves nothing behind."""

import asyncio

import pytest

from tests.e2e.interview import CUSTOMER
from tests.e2e.scenarios import Outcome
from tests.e2e.world import World
from viva.testkit.api import Json

ERASED_WITHIN_S = 60


@pytest.mark.scenario("erased")
async def test_a_real_verdict_is_replayed_to_the_byte(outcome: Outcome) -> None:
    assert outcome.verdict["status"] == "completed"
    replay = outcome.notes["replay"]
    assert replay["identical"] is True, replay["differences"]
    assert replay["stored"] == replay["recomputed"]
    assert all(replay["stored"].values())


@pytest.mark.scenario("erased")
async def test_the_glass_box_is_complete(outcome: Outcome) -> None:
    explained = outcome.notes["explained"]
    assert explained["origin"] == outcome.notes["replay"]["stored"]
    assert explained["language_features"]
    assert set(explained["signal_features"]) == {"multiple_speakers", "reading_detected"}
    assert len(explained["answers"]) == 3
    for answer in explained["answers"]:
        assert answer["speakers"]
        assert answer["features"]
        assert {signal["kind"] for signal in answer["signals"]} == set(explained["signal_features"])
    for key, questions in explained["findings"].items():
        scored = explained["explanation"]["competencies"][key]["score"]
        assert (scored is None) == (questions == [])


@pytest.mark.scenario("erased")
async def test_nothing_is_left_of_an_erased_interview(outcome: Outcome, world: World) -> None:
    kinds = {key.split("/")[0] for key in outcome.notes["objects"]}
    assert {"interviews", "candidate-audio"} <= kinds

    async def completed() -> Json:
        while True:
            read = await world.api.interview(outcome.id)
            if read["erasure"]["completed_at"]:
                return read
            await asyncio.sleep(0.2)

    async with asyncio.timeout(ERASED_WITHIN_S):
        read = await completed()
    assert read["status"] == "erased"
    assert read["explanation"] is None
    assert world.stored_objects(outcome.id) == []
    for path in ("explanation", "recording"):
        gone = await world.api.request("GET", f"/v1/interviews/{outcome.id}/{path}")
        assert (gone.status_code, gone.json()["code"]) == (410, "interview_erased")
    gone = await world.api.request("POST", f"/v1/interviews/{outcome.id}/rescore")
    assert gone.status_code == 410
    (hook, *_) = await world.webhooks(outcome.id, "interview.erased")
    assert hook.payload["data"]["status"] == "erased"
    assert CUSTOMER.split(".")[0] not in str(hook.payload)
