"""The same interview by telephone: over a carrier's media stream, and over a real SIP call."""

import asyncio
import io
import json
import re
import wave

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.e2e.interview import CUSTOMER, PROBLEM
from tests.e2e.phones import MAIN, SIP
from tests.e2e.scenarios import Outcome, Runs
from tests.e2e.stored import tables_with
from tests.e2e.world import World
from viva.testkit.candidate.microphone import voiced_end
from viva.testkit.candidate.script import SAMPLE_RATE_HZ, Say

PIECE = SAMPLE_RATE_HZ // 2
BOTH = pytest.mark.usefixtures("trunk")


@pytest.fixture(
    params=[
        pytest.param(MAIN, marks=pytest.mark.scenario("phone")),
        pytest.param(SIP, marks=pytest.mark.scenario("phone_sip")),
    ]
)
def trunk(request: pytest.FixtureRequest) -> str:
    """Each test of an interview over each kind of line."""
    return str(request.param)


def words(text: str) -> set[str]:
    return {word.strip(".,!?").lower() for word in text.split()}


@BOTH
async def test_a_phone_interview_is_completed(outcome: Outcome, world: World) -> None:
    verdict = outcome.verdict
    assert (verdict["status"], verdict["channel"]) == ("completed", "phone")
    assert verdict["end_reason"] == "finished"
    assert verdict["questions"] == {"planned": 2, "answered": 2}
    assert isinstance(verdict["overall_score"], int)
    assert verdict["fraud_signals"] == {"multiple_speakers": False, "reading_detected": False}
    assert verdict["call"]["direction"] == "outbound"
    assert verdict["call"]["progress"] == {
        "state": "over",
        "calls": 2,
        "last_outcome": "busy",
        "next_call_at": None,
    }
    assert outcome.notes["calls"] == ["busy", "completed"]
    (hook,) = await world.webhooks(outcome.id, "interview.completed")
    assert hook.verified(world.endpoint["secret"])["data"] == verdict


@BOTH
async def test_the_recording_is_what_both_sides_heard(outcome: Outcome, world: World) -> None:
    content = await world.api.recording(outcome.id)
    with wave.open(io.BytesIO(content)) as file:
        both = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, 2)
    candidate, interviewer = both[:, 0].astype(float), both[:, 1].astype(float)
    spoken = world.voice.render(Say(PROBLEM))
    # Aside: other people telephone meanwhile, in this process.
    said = spoken[: voiced_end(spoken)].astype(float)
    assert await asyncio.to_thread(found, said, candidate) > 0.8
    heard = np.frombuffer(bytes(outcome.notes["person"].heard), np.int16).astype(float)
    told = interviewer[np.abs(interviewer) > 0]
    assert await asyncio.to_thread(found, told, heard) > 0.6
    for turn in outcome.report.turns:
        assert turn.latency_ms is not None
        assert turn.latency_ms < 15_000


@BOTH
async def test_no_number_is_written_in_clear(outcome: Outcome, world: World) -> None:
    number = outcome.notes["number"]
    for service in ("gateway", "session", "telephony", "notification"):
        assert number[1:] not in world.stack.log(service), service
    assert number not in str(outcome.verdict)
    database = world.stack.settings()["VIVA_DATABASE_URL"]
    assert await tables_with(database, number[1:]) == []
    assert await tables_with(database, outcome.id), "what is there is found"
    read = await world.api.interview(outcome.id, include="candidate")
    assert read["candidate"]["phone"] == number


@pytest.mark.scenario("completed", "phone", "phone_sip")
async def test_the_same_answers_score_the_same_by_browser_and_by_phone(runs: Runs) -> None:
    found = {
        way: (await runs.of(way)).verdict["overall_score"]
        for way in ("completed", "phone", "phone_sip")
    }
    assert max(found.values()) - min(found.values()) <= 3, found


@pytest.mark.scenario("phone_drops")
async def test_a_dropped_call_is_called_back_and_goes_on(outcome: Outcome) -> None:
    assert outcome.verdict["status"] == "completed"
    assert outcome.notes["calls"] == ["completed", "completed"]
    assert outcome.verdict["questions"] == {"planned": 2, "answered": 2}
    asked = outcome.notes["person"].asked
    assert asked.count("consent") == 1
    assert asked.count("customer") == 2, "the same question again, and none before it"


@pytest.mark.scenario("phone_drops")
async def test_keys_skip_a_question_and_say_one_again(outcome: Outcome) -> None:
    person = outcome.notes["person"]
    assert person.habits.presses == {"warm": "0", "problem": "*"}
    assert person.asked.count("warm") == 1
    assert person.asked.count("problem") == 2
    assert set(outcome.answers) == {"customer", "problem"}
    assert outcome.answers["problem"]["partial"] is False


@pytest.mark.scenario("phone_rough")
async def test_a_line_that_loses_and_delays_packets_carries_an_interview(
    outcome: Outcome, world: World
) -> None:
    """Of all packets 5% are lost, both ways, and each comes up to 40 ms late."""
    line = world.phones.rough
    assert 0.03 < line.lost / (line.lost + line.passed) < 0.07
    assert outcome.verdict["status"] == "completed"
    assert outcome.verdict["questions"] == {"planned": 2, "answered": 2}
    assert outcome.notes["calls"] == ["completed"]
    read = await world.api.interview(outcome.id, include="transcript")
    by_question = {answer["question_id"]: answer for answer in read["answers"]}
    for question, spoken in (("customer", CUSTOMER), ("problem", PROBLEM)):
        heard = words(by_question[question]["transcript"]["text"])
        share = len(heard & words(spoken)) / len(words(spoken))
        assert share > 0.7, (share, by_question[question]["transcript"]["text"])


@pytest.mark.scenario("phone_gone")
async def test_a_line_that_drops_for_good_is_scored_as_far_as_it_went(outcome: Outcome) -> None:
    assert outcome.verdict["status"] == "partial", outcome.verdict["explanation"]["overall_score"]
    assert outcome.verdict["channel"] == "phone"
    assert outcome.answers["customer"]["partial"] is False
    assert outcome.answers["problem"]["partial"] is True
    assert outcome.notes["calls"] == ["completed"]


@pytest.mark.parametrize(
    "way",
    [
        pytest.param("key", marks=pytest.mark.scenario("phone_refuses")),
        pytest.param("voice", marks=pytest.mark.scenario("phone_says_no")),
    ],
)
async def test_who_refuses_is_let_go_and_forgotten(
    outcome: Outcome, world: World, way: str
) -> None:
    del way
    assert outcome.verdict["status"] == "failed"
    assert outcome.verdict["failure"]["code"] == "consent_refused"
    assert outcome.verdict["recording"] is None
    assert outcome.notes["calls"] == ["completed"]
    folder = world.stack.folder / "home" / "objects"
    assert not [path for path in folder.rglob("*") if path.is_file() and outcome.id in str(path)]


@pytest.mark.scenario("phone_refuses")
async def test_a_call_ordered_from_the_command_line_is_shown_live(outcome: Outcome) -> None:
    told = outcome.notes["told"]
    assert re.search(r"in_progress +talking \(call 1 under way\)", told), told
    assert json.loads(outcome.notes["printed"]) == outcome.verdict
    assert outcome.notes["exit"] == 1


@pytest.mark.parametrize(
    "calls",
    [
        pytest.param(
            ["no-answer", "busy", "completed"], marks=pytest.mark.scenario("phone_nobody")
        ),
        pytest.param(
            ["busy", "no-answer", "completed"], marks=pytest.mark.scenario("phone_nobody_sip")
        ),
    ],
)
async def test_who_is_not_reached_is_not_interviewed(outcome: Outcome, calls: list[str]) -> None:
    assert outcome.verdict["status"] == "failed"
    assert outcome.verdict["failure"]["code"] == "call_voicemail"
    assert outcome.notes["calls"] == calls
    assert outcome.verdict["charged"] is False


def found(needle: NDArray[np.float64], haystack: NDArray[np.float64]) -> float:
    """The share of pieces of half a second that correlate somewhere with 0.85 or more."""
    size = 1 << (len(haystack) + PIECE).bit_length()
    spectrum = np.fft.rfft(haystack, size)
    squares = np.concatenate([[0.0], np.cumsum(haystack**2)])
    energy = np.maximum(squares[PIECE:] - squares[:-PIECE], 1.0)

    def best(piece: NDArray[np.float64]) -> float:
        dots = np.fft.irfft(spectrum * np.conj(np.fft.rfft(piece, size)), size)[: len(energy)]
        return float((dots / np.sqrt(energy * max(np.sum(piece**2), 1.0))).max())

    pieces = [needle[at : at + PIECE] for at in range(0, len(needle) - PIECE + 1, PIECE)]
    return sum(best(piece) > 0.85 for piece in pieces) / len(pieces)
