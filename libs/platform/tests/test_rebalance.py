"""A replica that joins in the middle of a long handler: nothing lost, nothing done twice."""

import asyncio
from collections import Counter

from viva.contracts.asr.events.v1 import events_pb2 as asr_events
from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.session.events.v1 import events_pb2 as session_events
from viva.platform.messaging.event import text_headers

Recorded = session_events.AnswerRecorded
Transcribed = asr_events.AnswerTranscribed
INTERVIEWS = 12


async def test_a_rebalance_waits_for_the_long_handler(settings, node, tail, until) -> None:
    begun: Counter[str] = Counter()
    ended: Counter[str] = Counter()
    finish = asyncio.Event()

    async def transcribe(event) -> list[Transcribed]:
        begun[event.id] += 1
        if event.interview_id == "iv_0":
            await finish.wait()
        ended[event.id] += 1
        return [Transcribed(answer=event.data.answer)]

    def wire(messaging) -> None:
        messaging.on_pure(Recorded, transcribe)

    session = await node("session", settings)
    first = await node("asr", settings, wire, tables=False)
    async with session.database.unit_of_work() as unit:
        for number in range(INTERVIEWS):
            name = f"iv_{number}"
            answer = common.AnswerContext(interview_id=name)
            unit.emit(Recorded(answer=answer), interview_id=name)
    await until(lambda: len(begun) >= 2 and sum(ended.values()) >= 1)

    # The second member is let in when the first gives its partitions up, and not before.
    joining = asyncio.create_task(node("asr", settings, wire, tables=False))
    await until(lambda: not first.messaging._consumer._lanes, what="asked to give up")
    await asyncio.wait([joining], timeout=1.0)
    assert not joining.done()
    finish.set()
    second = await joining
    await until(lambda: len(ended) == INTERVIEWS)
    await until(lambda: second.messaging._consumer._lanes)
    assert set(begun.values()) == {1}, "no record was begun twice"
    async with tail(settings, "interview.asr.events.v1") as consumer:
        async with asyncio.timeout(60):
            records = [await consumer.getone() for _ in range(INTERVIEWS)]
    assert len({text_headers(record)["ce_id"] for record in records}) == INTERVIEWS

    # Both share what comes next.
    async with session.database.unit_of_work() as unit:
        for number in range(INTERVIEWS):
            name = f"iv_again_{number}"
            unit.emit(Recorded(), interview_id=name)
    await until(lambda: len(ended) == 2 * INTERVIEWS, timeout_s=90)
    assert set(begun.values()) == {1}
    assert first.messaging._consumer._lanes


async def test_a_handler_that_outlasts_the_wait_is_done_again_with_the_same_ids(
    platform_settings, node, tail, until, monkeypatch
) -> None:
    monkeypatch.setattr("viva.platform.messaging.consumer.REBALANCE_WAIT_S", 0.2)
    begun: Counter[str] = Counter()

    async def transcribe(event) -> list[Transcribed]:
        begun[event.interview_id] += 1
        if begun[event.interview_id] == 1:
            await asyncio.Event().wait()  # for ever
        return [Transcribed(), Transcribed()]

    def wire(messaging) -> None:
        messaging.on_pure(Recorded, transcribe)

    session = await node("session", platform_settings)
    await node("asr", platform_settings, wire, tables=False)
    async with session.database.unit_of_work() as unit:
        unit.emit(Recorded(), interview_id="iv_1")
    await until(lambda: begun["iv_1"] == 1)
    await node("asr", platform_settings, wire, tables=False)
    async with tail(platform_settings, "interview.asr.events.v1") as consumer:
        async with asyncio.timeout(60):
            records = [await consumer.getone() for _ in range(2)]
    assert begun["iv_1"] == 2
    assert len({text_headers(record)["ce_id"] for record in records}) == 2
