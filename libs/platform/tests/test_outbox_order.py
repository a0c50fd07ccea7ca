"""Per interview, events appear in the order of emitting, whoever relays them."""

import asyncio
import random
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer

from viva.contracts.session.events.v1 import events_pb2 as session_events
from viva.platform.messaging.event import text_headers

TOPIC = "interview.session.events.v1"
BUCKET_OWNERS = """
    SELECT DISTINCT pid FROM pg_locks
    WHERE locktype = 'advisory' AND objid < 32 AND granted AND objsubid = 2
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


async def emit(node: Any, interview_id: str, attempt: int) -> None:
    async with node.database.unit_of_work() as unit:
        message = session_events.InterviewStarted(interview_id=interview_id, attempt=attempt)
        unit.emit(message, interview_id=interview_id)


async def first_appearances(consumer: AIOKafkaConsumer, count: int) -> dict[str, list[int]]:
    """Reads until `count` different events were seen; tells their sequences in order of coming."""
    seen: set[str] = set()
    order: dict[str, list[int]] = {}
    while len(seen) < count:
        try:
            record = await asyncio.wait_for(consumer.getone(), 60)
        except TimeoutError:
            sizes = {key: len(sequences) for key, sequences in order.items()}
            pytest.fail(f"{len(seen)} of {count} came, by interview {sizes}")
        else:
            headers = text_headers(record)
            if headers["ce_id"] not in seen:
                seen.add(headers["ce_id"])
                order.setdefault(record.key.decode(), []).append(int(headers["ce_sequence"]))
    return order


async def test_two_relays_keep_the_order_of_each_interview(
    settings, node, tail, until, rows
) -> None:
    first = await node("session", settings)
    second = await node("session", settings)

    async def shared() -> bool:
        return len(await rows(first, BUCKET_OWNERS)) == 2

    await until(shared, what="both relays own buckets")
    interviews = [f"iv_{number}" for number in range(16)]

    async def write(interview_id: str) -> None:
        for attempt in range(15):
            await emit(random.choice([first, second]), interview_id, attempt)

    await asyncio.gather(*(write(interview_id) for interview_id in interviews))
    async with tail(settings, TOPIC) as consumer:
        order = await first_appearances(consumer, 16 * 15)
    assert order == {interview_id: list(range(1, 16)) for interview_id in interviews}


async def test_a_relay_that_loses_its_connection_in_the_middle_loses_nothing(
    settings, node, tail, until, rows
) -> None:
    first = await node("session", settings)
    second = await node("session", settings)
    interviews = [f"iv_{number}" for number in range(8)]

    async def write(interview_id: str) -> None:
        for attempt in range(20):
            await emit(first, interview_id, attempt)

    async def disturb() -> None:
        for _ in range(4):
            await asyncio.sleep(0.1)
            await rows(
                second, f"SELECT pg_terminate_backend(pid) FROM ({BUCKET_OWNERS} LIMIT 1) AS one"
            )

    await asyncio.gather(disturb(), *(write(interview_id) for interview_id in interviews))
    async with tail(settings, TOPIC) as consumer:
        order = await first_appearances(consumer, 8 * 20)
    assert order == {interview_id: list(range(1, 21)) for interview_id in interviews}

    async def all_marked() -> bool:
        waiting = await rows(first, "SELECT count(*) FROM outbox WHERE published_at IS NULL")
        return bool(waiting[0][0] == 0)

    await until(all_marked)
    await until(lambda: not first.health.degraded, what="recovered")


async def test_what_rolls_back_is_not_published_and_rows_are_kept(settings, node, rows) -> None:
    made = await node("session", settings)
    try:
        async with made.database.unit_of_work() as unit:
            unit.emit(session_events.InterviewStarted(interview_id="iv_1"), interview_id="iv_1")
            raise RuntimeError("changed our mind")  # noqa: TRY301
    except RuntimeError:
        pass
    assert await rows(made, "SELECT count(*) FROM outbox") == [(0,)]
    assert await rows(made, "SELECT count(*) FROM outbox_sequence") == [(0,)]


async def test_an_event_id_is_published_once_however_often_it_is_emitted(
    settings, node, tail, rows
) -> None:
    made = await node("session", settings)
    for _ in range(3):
        async with made.database.unit_of_work() as unit:
            message = session_events.InterviewStarted(interview_id="iv_1")
            assert unit.emit(message, interview_id="iv_1", event_id="evt_same") == "evt_same"
    await emit(made, "iv_1", 2)
    async with tail(settings, TOPIC) as consumer:
        order = await first_appearances(consumer, 2)
    assert len(order["iv_1"]) == 2
    assert await rows(made, "SELECT count(*) FROM outbox") == [(2,)]
