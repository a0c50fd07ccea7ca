"""Candidates as they are: interrupting, coughing, on open speakers, in noise, on bad networks."""

import pytest

from tests.e2e.interview import STRANGE_WORDS
from tests.e2e.scenarios import Outcome
from tests.e2e.world import World


@pytest.mark.scenario("interrupts")
async def test_interviewer_stops_when_talked_over(outcome: Outcome) -> None:
    assert outcome.verdict["status"] == "completed"
    assert outcome.report.flushed >= 1
    asked = [
        text
        for who, text in outcome.report.lines
        if who == "interviewer" and "everything that you did" in text
    ]
    assert len(asked) == 2  # the candidate asked to hear it again


@pytest.mark.scenario("coughs")
async def test_interviewer_does_not_stop_for_a_murmur(outcome: Outcome) -> None:
    assert outcome.verdict["status"] == "completed"
    assert outcome.report.flushed == 0
    assert outcome.verdict["questions"]["answered"] == 2


@pytest.mark.scenario("open_speakers")
async def test_interviewer_is_not_interrupted_by_its_own_voice(outcome: Outcome) -> None:
    assert outcome.verdict["status"] == "completed"
    assert outcome.report.flushed == 0
    assert outcome.report.cut_offs == 0
    assert outcome.verdict["fraud_signals"]["multiple_speakers"] is False
    assert [answer["words_of_others"] for answer in outcome.verdict["answers"]] == [0, 0, 0]
    assert outcome.verdict["questions"]["answered"] == 2


@pytest.mark.scenario("second_voice")
async def test_second_voice_is_flagged_and_its_words_are_not_scored(
    outcome: Outcome, world: World
) -> None:
    verdict = outcome.verdict
    assert verdict["status"] == "completed"
    assert verdict["fraud_signals"]["multiple_speakers"] is True
    assert outcome.answers["problem"]["words_of_others"] >= 10
    assert outcome.answers["customer"]["words_of_others"] == 0
    read = await world.api.interview(outcome.id, include="transcript")
    text = next(a for a in read["answers"] if a["question_id"] == "problem")["transcript"]["text"]
    scored = {word.strip(".,").lower() for word in text.split()}
    assert not scored & STRANGE_WORDS, text
    assert "attachments" in scored


@pytest.mark.scenario("second_voice")
async def test_flag_waits_for_a_person_and_changes_no_score(outcome: Outcome, world: World) -> None:
    listed = await world.api.call("GET", "/v1/reviews", params={"interview_id": outcome.id})
    (review,) = listed["data"]
    assert "multiple_speakers" in review["reasons"]
    assert review["status"] == "open"
    decided = await world.api.call(
        "POST",
        f"/v1/reviews/{review['id']}/decide",
        json={"decision": "dismissed", "note": "A colleague came in.", "by": "Ms Miller"},
    )
    assert decided["status"] == "decided"
    now = await world.api.interview(outcome.id)
    assert now["overall_score"] == outcome.verdict["overall_score"]
    assert now["reviews"][0]["decision"] == "dismissed"


@pytest.mark.scenario("reads")
async def test_reading_aloud_is_flagged_for_a_person(outcome: Outcome) -> None:
    verdict = outcome.verdict
    signal = verdict["explanation"]["fraud_signals"]["reading_detected"]
    assert verdict["status"] == "completed"
    assert verdict["fraud_signals"]["reading_detected"] is True, signal
    assert signal["quotes"]
    assert signal["explanation"]
    assert "reading_detected" in verdict["reviews"][0]["reasons"]


@pytest.mark.scenario("noisy")
async def test_noise_hinders_neither_the_talk_nor_the_verdict(outcome: Outcome) -> None:
    assert outcome.verdict["status"] == "completed"
    assert outcome.verdict["questions"]["answered"] == 2
    assert outcome.verdict["fraud_signals"]["multiple_speakers"] is False


@pytest.mark.scenario("stalls")
async def test_stalled_uplink_loses_no_word(outcome: Outcome, world: World) -> None:
    assert outcome.verdict["status"] == "completed"
    read = await world.api.interview(outcome.id, include="transcript")
    text = next(a for a in read["answers"] if a["question_id"] == "customer")["transcript"]["text"]
    assert "parcel" in text
    assert "review" in text


@pytest.mark.scenario("hesitant")
async def test_hesitant_candidate_is_heard_out(outcome: Outcome, world: World) -> None:
    assert outcome.verdict["status"] == "completed"
    read = await world.api.interview(outcome.id, include="transcript")
    by_question = {answer["question_id"]: answer for answer in read["answers"]}
    # An answer that goes on after a reply is taken up again: nothing of it is lost.
    assert "review" in by_question["customer"]["transcript"]["text"]
    assert "complaints fell" in by_question["problem"]["transcript"]["text"]
