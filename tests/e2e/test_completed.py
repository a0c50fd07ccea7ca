"""An ordinary interview, by browser and by phone: the verdict, its evidence, the recording, and all
ways to read it."""

import hashlib
import io
import wave

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.e2e.interview import CUSTOMER, PROBLEM
from tests.e2e.scenarios import Outcome
from tests.e2e.world import World
from viva.testkit.candidate.microphone import voiced_end
from viva.testkit.candidate.script import SAMPLE_RATE_HZ, Say
from viva.testkit.candidate.voice import Voice

Track = NDArray[np.float64]
CEFR = {"A1", "A2", "B1", "B2", "C1", "C2"}
LEAST_HEARD = {"browser": 0.85, "phone": 0.8}
EVERY_WAY = pytest.mark.usefixtures("channel")


@pytest.fixture(
    params=[
        pytest.param("completed", marks=pytest.mark.scenario("completed")),
        pytest.param("phone", marks=pytest.mark.scenario("phone")),
        pytest.param("phone_sip", marks=pytest.mark.scenario("phone_sip")),
    ]
)
def channel(request: pytest.FixtureRequest) -> str:
    """What all interviews promise, of one by each way; the channel that its verdict names."""
    return "browser" if request.param == "completed" else "phone"


def words(text: str) -> set[str]:
    return {word.strip(".,!?").lower() for word in text.split()}


async def test_verdict_has_the_shape_of_the_mission(outcome: Outcome, channel: str) -> None:
    verdict = outcome.verdict
    assert verdict["status"] == "completed"
    assert verdict["interview_id"] == outcome.id
    assert verdict["channel"] == channel
    assert 0 <= verdict["overall_score"] <= 100
    scored = {name: score for name, score in verdict["competencies"].items() if score is not None}
    assert set(scored) == {"customer_focus", "communication", "problem_solving"}
    assert verdict["competencies"]["ownership"] is None  # no question asked for it
    assert all(isinstance(score, int) and 0 <= score <= 100 for score in scored.values())
    assert verdict["language"]["cefr"] in CEFR
    assert 0 <= verdict["language"]["fluency"] <= 100
    assert verdict["fraud_signals"]["multiple_speakers"] is False
    assert verdict["questions"] == {"planned": 2, "answered": 2}
    assert verdict["charged"] is True
    assert {model["name"] for model in verdict["versions"]["models"]}


@EVERY_WAY
async def test_each_score_is_the_sum_of_its_parts_and_quotes_what_was_said(
    outcome: Outcome, world: World
) -> None:
    read = await world.api.interview(outcome.id, include="transcript")
    said = {answer["id"]: answer["transcript"]["text"] for answer in read["answers"]}
    explained = read["explanation"]["competencies"]
    quotes = 0
    for name in ("customer_focus", "communication", "problem_solving"):
        parts = explained[name]["contributions"]
        assert sum(part["points"] for part in parts) == pytest.approx(
            explained[name]["score"], abs=0.01
        )
        for part in parts:
            for quote in part["quotes"]:
                quotes += 1
                assert words(quote["text"]) <= words(said[quote["answer_id"]])
                assert 0 <= quote["start_ms"] < quote["end_ms"]
    assert quotes
    assert explained["ownership"]["null_reason"]


async def test_transcript_is_what_was_spoken(outcome: Outcome, world: World, channel: str) -> None:
    read = await world.api.interview(outcome.id, include="transcript")
    by_question = {answer["question_id"]: answer for answer in read["answers"]}
    for question, spoken in (("customer", CUSTOMER), ("problem", PROBLEM)):
        heard = words(by_question[question]["transcript"]["text"])
        share = len(heard & words(spoken)) / len(words(spoken))
        assert share > LEAST_HEARD[channel], (share, by_question[question]["transcript"]["text"])
        assert by_question[question]["words_of_others"] == 0


@pytest.mark.scenario("completed")
async def test_recording_holds_both_sides_on_one_clock(outcome: Outcome, world: World) -> None:
    content = await world.api.recording(outcome.id)
    told = outcome.verdict["recording"]
    assert told["size_bytes"] == len(content)
    assert told["sha256"] == hashlib.sha256(content).hexdigest()
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, 16000, 2)
        both = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, 2)
    candidate, interviewer = both[:, 0].astype(float), both[:, 1].astype(float)
    for turn in outcome.report.turns:
        start = _find(candidate, world.voice, outcome, turn.text)
        spoken = _spoken(world.voice, turn.text)
        assert _correlation(candidate[start : start + len(spoken)], spoken) > 0.98
        assert abs(start + len(spoken) - turn.last_voiced) < SAMPLE_RATE_HZ  # trailing silence
        # The interviewer is quiet meanwhile, and is heard where the candidate heard the reply.
        assert np.abs(interviewer[start : turn.last_voiced]).max(initial=0) < 50
        assert turn.replied_at is not None
        reply = interviewer[turn.replied_at : turn.replied_at + SAMPLE_RATE_HZ]
        assert np.sqrt((reply**2).mean()) > 200


@EVERY_WAY
async def test_recording_is_served_by_ranges(outcome: Outcome, world: World) -> None:
    path = f"/v1/interviews/{outcome.id}/recording"
    whole = await world.api.recording(outcome.id)
    part = await world.api.request("GET", path, headers={"Range": "bytes=100-199"})
    assert part.status_code == 206
    assert part.content == whole[100:200]
    beyond = await world.api.request("GET", path, headers={"Range": f"bytes={len(whole)}-"})
    assert beyond.status_code == 416


@EVERY_WAY
async def test_poll_webhook_and_topic_tell_the_same(outcome: Outcome, world: World) -> None:
    (hook,) = await world.webhooks(outcome.id, "interview.completed")
    payload = hook.verified(world.endpoint["secret"])
    (result,) = [
        found
        for found in world.results.of(outcome.id)
        if found.attributes["ce_type"] == "interview.completed"
    ]
    assert payload["data"] == result.document == outcome.verdict
    assert hook.id == result.attributes["ce_id"]
    assert result.attributes["ce_specversion"] == "1.0"
    assert result.attributes["content-type"] == "application/json"
    kinds = [found.attributes["ce_type"] for found in world.results.of(outcome.id)]
    assert kinds.count("interview.completed") == 1


@EVERY_WAY
async def test_one_credit_is_taken_once(outcome: Outcome, world: World) -> None:
    ledger = await world.api.call("GET", "/v1/credits/ledger", params={"interview_id": outcome.id})
    assert sorted(entry["kind"] for entry in ledger["data"]) == ["reserve", "settle"]


@pytest.mark.scenario("completed")
async def test_link_is_dead_afterwards(outcome: Outcome, world: World) -> None:
    token = outcome.created["join_url"].split("#t=")[1]
    answer = await world.api.request("POST", "/v1/join/exchange", json={"token": token})
    assert answer.status_code == 410
    assert answer.json()["code"] == "interview_over"


@pytest.mark.scenario("full_length")
async def test_default_interview_of_full_length(outcome: Outcome) -> None:
    verdict = outcome.verdict
    assert verdict["status"] == "completed"
    assert None not in verdict["competencies"].values()
    assert len(verdict["answers"]) >= 5
    assert verdict["fraud_signals"] == {"multiple_speakers": False, "reading_detected": False}
    assert outcome.report.cut_offs <= 1  # how often that happens is for the benchmark to say


def _spoken(voice: Voice, text: str) -> Track:
    samples = voice.render(Say(text))
    return samples[: voiced_end(samples)].astype(float)


def _find(
    channel: Track,
    voice: Voice,
    outcome: Outcome,
    text: str,
) -> int:
    """Finds by correlation where a text was spoken, near where the candidate says it was."""
    turn = next(turn for turn in outcome.report.turns if turn.text == text)
    spoken = _spoken(voice, text)[:SAMPLE_RATE_HZ]
    about = max(0, turn.last_voiced - len(_spoken(voice, text)) - SAMPLE_RATE_HZ)
    region = channel[about : about + 3 * SAMPLE_RATE_HZ]
    return about + int(np.argmax(np.correlate(region, spoken, mode="valid")))


def _correlation(
    one: Track,
    other: Track,
) -> float:
    return float(np.corrcoef(one, other)[0, 1])
