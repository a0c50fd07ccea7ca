"""How interviews end that are not gone through: what is said of them, and what they cost."""

import pytest

from tests.e2e.scenarios import Outcome
from tests.e2e.world import World
from viva.testkit.api import ApiError, Json


def numbers(verdict: Json) -> list[object]:
    """Every number that a verdict could give."""
    return [
        verdict["overall_score"],
        *verdict["competencies"].values(),
        verdict["language"]["cefr"],
        verdict["language"]["fluency"],
    ]


async def kinds_of_movement(world: World, interview_id: str) -> list[str]:
    ledger = await world.api.call(
        "GET", "/v1/credits/ledger", params={"interview_id": interview_id}
    )
    return sorted(entry["kind"] for entry in ledger["data"])


async def problem(world: World, method: str, path: str, **options: object) -> ApiError:
    with pytest.raises(ApiError) as raised:
        await world.api.call(method, path, **options)
    return raised.value


@pytest.mark.scenario("silent")
async def test_silence_scores_nothing_and_costs_nothing(outcome: Outcome, world: World) -> None:
    verdict = outcome.verdict
    assert verdict["status"] == "low_confidence"
    assert numbers(verdict) == [None] * len(numbers(verdict))
    assert verdict["explanation"]["overall_score"]["null_reason"]
    assert verdict["charged"] is False
    assert await kinds_of_movement(world, outcome.id) == ["release", "reserve"]
    assert verdict["end_reason"] == "silent"
    reviews = await world.api.call("GET", "/v1/reviews", params={"interview_id": outcome.id})
    assert ["low_confidence"] in [review["reasons"] for review in reviews["data"]]
    assert await world.webhooks(outcome.id, "interview.low_confidence")


@pytest.mark.scenario("drops")
async def test_drop_gives_a_partial_verdict_that_is_charged(outcome: Outcome, world: World) -> None:
    verdict = outcome.verdict
    assert verdict["status"] == "partial", verdict["explanation"]["overall_score"]
    assert verdict["end_reason"] == "dropped"
    assert verdict["overall_score"] is not None
    assert verdict["charged"] is True
    assert await kinds_of_movement(world, outcome.id) == ["reserve", "settle"]
    assert outcome.answers["customer"]["partial"] is False
    assert outcome.answers["problem"]["partial"] is True
    assert await world.webhooks(outcome.id, "interview.partial")
    refused = await problem(world, "POST", f"/v1/interviews/{outcome.id}/reinvite")
    assert refused.status == 409


@pytest.mark.scenario("drops_and_returns")
async def test_reload_comes_back_to_the_same_question(outcome: Outcome, world: World) -> None:
    verdict = outcome.verdict
    assert verdict["status"] == "completed"
    assert verdict["questions"] == {"planned": 2, "answered": 2}
    asked = [text for who, text in outcome.report.lines if who == "interviewer"]
    again = [text for text in asked if "customer whom you helped" in text]
    assert len(again) == 2
    assert any("We lost you" in text for text in asked)
    assert outcome.report.reconnects == 1


@pytest.mark.scenario("network_away")
async def test_network_that_was_away_loses_no_word(outcome: Outcome, world: World) -> None:
    assert outcome.verdict["status"] == "completed"
    read = await world.api.interview(outcome.id, include="transcript")
    text = next(a for a in read["answers"] if a["question_id"] == "customer")["transcript"]["text"]
    assert "parcel" in text
    assert "review" in text


@pytest.mark.scenario("drops_early")
async def test_drop_before_any_answer_gives_no_result(outcome: Outcome, world: World) -> None:
    first = outcome.notes["first"]
    assert first["status"] == "failed"
    assert first["failure"]["code"] == "no_answers"
    assert numbers(first) == [None] * len(numbers(first))
    assert first["charged"] is False
    assert await world.webhooks(outcome.id, "interview.failed")


@pytest.mark.scenario("drops_early")
async def test_reinvitation_opens_a_fresh_attempt_and_kills_the_old_link(
    outcome: Outcome, world: World
) -> None:
    assert outcome.notes["refusal"].code == "link_replaced"
    assert outcome.verdict["status"] == "completed"
    assert outcome.verdict["attempt"] == 2
    movements = await kinds_of_movement(world, outcome.id)
    assert movements == ["release", "reserve", "reserve", "settle"]
    assert await world.webhooks(outcome.id, "interview.reinvited")
    assert outcome.notes["second_reinvite"].status == 409


@pytest.mark.scenario("refuses_consent")
async def test_without_consent_nothing_is_kept(outcome: Outcome, world: World) -> None:
    verdict = outcome.verdict
    assert verdict["status"] == "failed"
    assert verdict["failure"]["code"] == "consent_refused"
    assert verdict["recording"] is None
    assert verdict["answers"] == []
    assert verdict["charged"] is False
    missing = await problem(world, "GET", f"/v1/interviews/{outcome.id}/recording")
    assert missing.status == 404
    kept = [
        path
        for path in (world.stack.folder / "home" / "objects").rglob("*")
        if path.is_file() and outcome.id in str(path)
    ]
    assert kept == []


@pytest.mark.scenario("cancelled_live")
async def test_cancelling_ends_a_live_conversation(outcome: Outcome, world: World) -> None:
    assert outcome.notes["answer"]["cancel_requested"] is True
    assert outcome.verdict["status"] == "cancelled"
    assert outcome.verdict["charged"] is False
    assert outcome.report.end_reason in {"cancelled", "closed_4410"}
    assert await world.webhooks(outcome.id, "interview.cancelled")


@pytest.mark.scenario("expires")
async def test_link_that_nobody_opens_expires(outcome: Outcome, world: World) -> None:
    assert outcome.verdict["status"] == "expired"
    assert outcome.verdict["charged"] is False
    assert outcome.notes["refusal"].code in {"link_expired", "interview_over"}
    assert await kinds_of_movement(world, outcome.id) == ["release", "reserve"]
    assert await world.webhooks(outcome.id, "interview.expired")


@pytest.mark.scenario("types")
async def test_typed_answers_are_scored_without_a_voice(outcome: Outcome) -> None:
    verdict = outcome.verdict
    assert verdict["status"] == "completed"
    assert all(answer["typed"] for answer in verdict["answers"])
    assert verdict["overall_score"] is not None
    assert verdict["language"]["fluency"] is None
    assert verdict["explanation"]["language"]["fluency"]["null_reason"]
