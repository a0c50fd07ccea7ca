"""Calls from the wish for one to its end, over the loopback carrier and a scripted session."""

import asyncio
from typing import Any

import grpc
import pytest

from services.telephony.tests.conformance.sounds import PAUSE, share_found, warble
from services.telephony.tests.integration.office import (
    CALLEE,
    TRUNK_NUMBER,
    Office,
    digest_of,
    open_office,
)
from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.session.events.v1 import events_pb2 as session
from viva.contracts.session.v1 import conversation_pb2 as pb
from viva.contracts.telephony.events.v1 import events_pb2 as events
from viva.platform.settings import PlatformSettings
from viva.testkit.phone.carrier import Fate
from viva.testkit.phone.handset import ScriptedHandset
from viva.testkit.scripted_session import ScriptedStream, attached

pytestmark = pytest.mark.real_time

BASE = 16_000


def utterance(number: int, pcm: bytes) -> pb.Utterance:
    return pb.Utterance(epoch=1, number=number, pcm=pcm, sha256="0" * 64, caption="")


async def take_on(stream: ScriptedStream) -> None:
    stream.say(attached=attached(base_position=BASE, resume_fact=5))


def timeline(stream: ScriptedStream) -> bytes:
    """What the session heard, on its clock."""
    frames = stream.audio()
    sound = bytearray(2 * max(position + len(pcm) // 2 for position, pcm in frames))
    for position, pcm in frames:
        sound[2 * position : 2 * position + len(pcm)] = pcm
    return bytes(sound)


async def picked_up(office: Office, number: int = 1) -> tuple[ScriptedHandset, ScriptedStream]:
    handset = await office.handset(number)
    stream = await office.sessions.stream(number - 1)
    await stream.until_heard("audio", 5)
    return handset, stream


async def test_a_whole_call(platform_settings: PlatformSettings) -> None:
    question, answer = warble(1.2, seed=1), warble(1.2, seed=2)
    async with open_office(platform_settings, take_on) as office:
        await office.order()
        handset, stream = await picked_up(office)
        assert (stream.attach.interview_id, stream.attach.channel) == (
            "iv_1",
            common.CHANNEL_PHONE,
        )
        stream.say(utterance=utterance(1, question))
        (stopped,) = await stream.until_heard("stopped")
        await handset.press("1")
        (key,) = await stream.until_heard("key")
        await handset.say(answer + PAUSE)
        stream.say(end=pb.End(reason="finished"))
        await asyncio.wait_for(handset.wait_hung_up(), 60)
        (answered,) = await office.told(events.CallAnswered)
        (ended,) = await office.told(events.CallEnded)
        call = office.carrier.calls[0]
    assert (call.to, call.caller, len(office.carrier.calls)) == (CALLEE, TRUNK_NUMBER, 1)
    assert share_found(question, handset.heard()) > 0.6
    assert share_found(answer, timeline(stream)) > 0.6
    positions = [position for position, _pcm in stream.audio()]
    assert positions[0] == BASE
    assert positions == sorted(positions)
    runs = [played.run for played in stream.all("played")]
    assert sum(run.count for run in runs) == len(question) // 2 == stopped.heard
    assert [run.offset for run in runs] == [
        sum(r.count for r in runs[:n]) for n in range(len(runs))
    ]
    facts = [stream.all(kind) for kind in ("played", "stopped", "key")]
    assert min(fact.fact for kind in facts for fact in kind) == 5
    assert key.digit == "1"
    assert key.position >= stopped.position - 320
    assert (answered.call, answered.inbound, answered.attempt) == (1, False, 1)
    assert ended.call_id == answered.call_id
    assert ended.duration_ms > 2000


async def test_what_is_flushed_was_heard_only_in_part(platform_settings: PlatformSettings) -> None:
    long, after = warble(6.0, seed=1), warble(0.6, seed=2)
    async with open_office(platform_settings, take_on) as office:
        await office.order()
        _handset, stream = await picked_up(office)
        stream.say(utterance=utterance(1, long))
        stream.say(utterance=utterance(2, long))
        await stream.until_heard("played", 3)
        stream.say(flush=pb.Flush(utterance=1))
        stream.say(flush=pb.Flush(utterance=2))
        first, second = await stream.until_heard("stopped", 2)
        stream.say(utterance=utterance(3, after))
        *_, third = await stream.until_heard("stopped", 3)
        stream.say(end=pb.End(reason="finished"))
        await office.told(events.CallEnded)
    assert (first.utterance, second.utterance, third.utterance) == (1, 2, 3)
    assert 4_800 < first.heard < 48_000
    assert second.heard == 0
    assert third.heard == len(after) // 2


@pytest.mark.parametrize(
    ("fates", "failure"),
    [
        ([Fate.BUSY, Fate.RING, Fate.REJECT], events.CALL_FAILURE_REJECTED),
        ([Fate.INVALID, Fate.BUSY, Fate.BUSY], events.CALL_FAILURE_BUSY),
    ],
)
async def test_nobody_is_reached(
    platform_settings: PlatformSettings, fates: list[Fate], failure: Any
) -> None:
    async with open_office(platform_settings) as office:
        office.carrier.fates[CALLEE] = fates
        await office.order()
        postponed = await office.told(events.CallPostponed, 2)
        (failed,) = await office.told(events.CallFailed)
        assert not office.sessions.streams
    assert [one.call for one in postponed] == [1, 2]
    assert failed.failure == failure
    assert CALLEE[1:] not in str(postponed) + str(failed)


async def test_a_machine_is_not_interviewed(platform_settings: PlatformSettings) -> None:
    def machine(_number: str) -> ScriptedHandset:
        handset = ScriptedHandset()
        handset.begin(warble(8.0))
        return handset

    async with open_office(platform_settings, answer=machine, most_calls=1) as office:
        await office.order()
        (failed,) = await office.told(events.CallFailed)
        assert failed.failure == events.CALL_FAILURE_VOICEMAIL
        assert not office.sessions.streams
        handset = await office.handset()
        await asyncio.wait_for(handset.wait_hung_up(), 60)


async def test_the_carriers_machine_detection_counts(platform_settings: PlatformSettings) -> None:
    async with open_office(platform_settings, most_calls=1) as office:
        # The person says nothing, so that our own screening waits.
        call_made = asyncio.create_task(office.carrier.until(1))
        await office.order()
        call = await call_made
        await office.carrier.until_status(call, "in-progress")
        await office.carrier.say_machine(call)
        (failed,) = await office.told(events.CallFailed)
        assert failed.failure == events.CALL_FAILURE_VOICEMAIL


async def test_a_dropped_line_is_called_back_once(platform_settings: PlatformSettings) -> None:
    async with open_office(platform_settings, take_on) as office:
        await office.order()
        handset, first = await picked_up(office)
        await handset.hang_up()
        (postponed,) = await office.told(events.CallPostponed)
        again, second = await picked_up(office, 2)
        first.say(replaced=pb.Replaced())
        assert second.attach.connection > first.attach.connection
        assert second.attach.fresh
        second.say(end=pb.End(reason="finished"))
        await asyncio.wait_for(again.wait_hung_up(), 60)
        (ended,) = await office.told(events.CallEnded)
        answered = await office.told(events.CallAnswered, 2)
        assert len(office.carrier.calls) == 2
    assert postponed.failure == events.CALL_FAILURE_DROPPED
    assert [one.call for one in answered] == [1, 2]
    assert ended.call_id == answered[1].call_id
    assert first.all("detached")


async def test_who_hangs_up_before_the_first_word_is_called_again_by_the_budget(
    platform_settings: PlatformSettings,
) -> None:
    def curt(_number: str) -> ScriptedHandset:
        handset = ScriptedHandset()
        handset.hung_up = True
        return handset

    async with open_office(platform_settings, answer=curt, most_calls=2) as office:
        await office.order(call_back=False)
        (postponed,) = await office.told(events.CallPostponed)
        (failed,) = await office.told(events.CallFailed)
        assert not office.sessions.streams
        assert len(office.carrier.calls) == 2
    assert postponed.failure == failed.failure == events.CALL_FAILURE_DROPPED


async def test_a_call_that_no_session_takes_counts_as_failed(
    platform_settings: PlatformSettings,
) -> None:
    async with open_office(platform_settings, most_calls=1) as office:
        office.sessions.refusal = grpc.StatusCode.RESOURCE_EXHAUSTED
        await office.order()
        (failed,) = await office.told(events.CallFailed)
        handset = await office.handset()
        await asyncio.wait_for(handset.wait_hung_up(), 60)
    assert failed.failure == events.CALL_FAILURE_NETWORK


async def test_an_order_of_unknown_outcome_rings_once(platform_settings: PlatformSettings) -> None:
    """The carrier took the order and answered 503: whoever is on the line is not called twice."""
    async with open_office(platform_settings, take_on) as office:
        office.carrier.fates[CALLEE] = [Fate.OVERLOAD, Fate.ANSWER]
        await office.order()
        first = await office.carrier.until(1)
        await office.carrier.until_status(first, "completed")
        async with asyncio.timeout(60):
            second = await office.carrier.until(2)
        asked = office.carrier.lists
        assert second.at >= first.at
        assert asked >= 1
        _handset, stream = (await office.handset(2), await office.sessions.stream(0))
        stream.say(end=pb.End(reason="finished"))
        (ended,) = await office.told(events.CallEnded)
        assert ended.attempt == 1


async def test_a_session_that_dies_is_replaced_under_the_call(
    platform_settings: PlatformSettings,
) -> None:
    said = warble(1.0, seed=3)
    async with open_office(platform_settings, take_on, session_silence_s=1) as office:
        await office.order()
        handset, first = await picked_up(office)
        first.frozen = True
        await handset.say(said + PAUSE)
        second = await office.sessions.stream(1)
        assert second.attach.last_epoch == 1
        assert not second.attach.fresh
        second.say(end=pb.End(reason="finished"))
        await asyncio.wait_for(handset.wait_hung_up(), 60)
        assert len(office.carrier.calls) == 1


async def test_who_calls_is_known_by_number(platform_settings: PlatformSettings) -> None:
    async with open_office(platform_settings, take_on) as office:
        await office.order(outbound=False)
        await expected(office)
        await office.carrier.call_in(CALLEE, TRUNK_NUMBER, office.url("voice"))
        handset, stream = await picked_up(office)
        stream.say(end=pb.End(reason="finished"))
        await asyncio.wait_for(handset.wait_hung_up(), 60)
        (answered,) = await office.told(events.CallAnswered)
        assert answered.inbound
        assert stream.attach.interview_id == "iv_1"


async def test_who_calls_enters_a_code(platform_settings: PlatformSettings) -> None:
    async with open_office(platform_settings, take_on) as office:
        await office.order(number="", outbound=False, code_digest=digest_of("24681357"))
        await expected(office)
        await office.carrier.call_in("+4930555777", TRUNK_NUMBER, office.url("voice"))
        handset = await office.handset()
        for code in ("11111111", "24681357"):
            await handset.wait_spoken_to()
            for digit in code:
                await handset.press(digit)
        stream = await office.sessions.stream(0)
        assert stream.attach.interview_id == "iv_1"
        stream.say(end=pb.End(reason="finished"))
        await asyncio.wait_for(handset.wait_hung_up(), 60)


async def test_a_cancelled_interview_is_not_called(platform_settings: PlatformSettings) -> None:
    async with open_office(platform_settings, busy_s=3600) as office:
        office.carrier.fates[CALLEE] = [Fate.BUSY]
        await office.order()
        await office.told(events.CallPostponed)
        cancelled = session.InterviewCancelled(interview_id="iv_1", attempt=1)
        await office.events.publish(cancelled, "iv_1")
        await office.order("iv_2")
        await office.sessions.stream(0)
        assert [call.to for call in office.carrier.calls] == [CALLEE, CALLEE]
        assert office.sessions.streams[0].attach.interview_id == "iv_2"


async def test_forbidden_numbers_are_never_dialled(platform_settings: PlatformSettings) -> None:
    async with open_office(platform_settings) as office:
        await office.order(number="+19005550100")
        (failed,) = await office.told(events.CallFailed)
        assert failed.failure == events.CALL_FAILURE_NUMBER
        assert not office.carrier.calls


async def test_nobody_is_called_while_no_interviewer_is_free(
    platform_settings: PlatformSettings,
) -> None:
    async with open_office(platform_settings, take_on) as office:
        office.sessions.locate = []
        await office.order()
        await office.order("iv_2", number="+4930555009")
        assert not office.carrier.calls
        office.sessions.locate = [office.sessions.address]
        async with asyncio.timeout(60):
            await office.carrier.until(2)


async def expected(office: Office) -> None:
    """Returns when telephony knows of the order."""
    await office.order("iv_other", number="+19005550100")
    await office.told(events.CallFailed, interview_id="iv_other")
