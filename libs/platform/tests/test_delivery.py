"""Delivered twice and out of order: the same state, and each effect once."""

import itertools
from typing import Any

import pytest
from sqlalchemy import text

from viva.contracts.asr.events.v1 import events_pb2 as asr_events
from viva.contracts.gateway.events.v1 import events_pb2 as gateway_events
from viva.contracts.session.events.v1 import events_pb2 as session_events
from viva.platform.errors import InvalidError
from viva.platform.messaging.event import text_headers

TOPIC = "interview.gateway.events.v1"
Requested = gateway_events.InterviewCancelRequested
TABLES = (
    "CREATE TABLE effects (id text)",
    "CREATE TABLE latest (interview_id text PRIMARY KEY, sequence int)",
)


async def keep_latest(event: Any, unit: Any) -> None:
    """A consumer that only a newer sequence changes."""
    await unit.session.execute(text("INSERT INTO effects VALUES (:id)"), {"id": event.id})
    await unit.session.execute(
        text(
            "INSERT INTO latest VALUES (:interview, :sequence) ON CONFLICT (interview_id) "
            "DO UPDATE SET sequence = greatest(latest.sequence, excluded.sequence)"
        ),
        {"interview": event.interview_id, "sequence": event.sequence},
    )


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_twice_and_out_of_order(platform_settings, node, rows, until, order) -> None:
    session = await node("session", platform_settings)
    for statement in TABLES:
        await rows(session, statement)
    await session.stop()
    session = await node("session", platform_settings, lambda m: m.on(Requested, keep_latest))
    send = session.messaging.sending.producer.send
    for number in [*order, *reversed(order), 3]:
        headers = {
            "ce_id": f"evt_{number}",
            "ce_type": Requested.DESCRIPTOR.full_name,
            "ce_source": "/viva/gateway",
            "ce_subject": "iv_1",
            "ce_time": "2026-01-01T00:00:00+00:00",
            "ce_sequence": str(number + 1),
        }
        encoded = [(key, value.encode()) for key, value in headers.items()]
        await send(TOPIC, b"iv_1", Requested(interview_id="iv_1").SerializeToString(), encoded)

    async def last_there() -> bool:
        return bool(await rows(session, "SELECT 1 FROM effects WHERE id = 'evt_3'"))

    await until(last_there)
    effects = await rows(session, "SELECT id, count(*) FROM effects GROUP BY id ORDER BY id")
    assert effects == [(f"evt_{number}", 1) for number in range(4)]
    assert await rows(session, "SELECT sequence FROM latest") == [(4,)]


async def test_a_pure_handler_repeats_with_the_same_ids_and_tells_failures(
    platform_settings, node, tail, until
) -> None:
    recorded, transcribed = session_events.AnswerRecorded, asr_events.AnswerTranscribed
    failed = asr_events.AnswerTranscriptionFailed

    async def transcribe(event) -> list[Any]:
        if event.interview_id == "iv_bad":
            raise InvalidError("not audio", code="not_audio")
        return [transcribed()]

    def failure(event, error) -> Any:
        assert error.code == "not_audio"
        return failed()

    session = await node("session", platform_settings)
    await node(
        "asr",
        platform_settings,
        lambda messaging: messaging.on_pure(recorded, transcribe, failure=failure),
        tables=False,
    )
    async with session.database.unit_of_work() as unit:
        unit.emit(recorded(), interview_id="iv_good")
        unit.emit(recorded(), interview_id="iv_bad")
    async with tail(platform_settings, "interview.session.events.v1") as consumer:
        records = [await consumer.getone() for _ in range(2)]
    for record in records:  # each a second time
        send = session.messaging.sending.producer.send
        await send("interview.session.events.v1", record.key, record.value, record.headers)
    async with tail(platform_settings, "interview.asr.events.v1") as consumer:
        results = [text_headers(await consumer.getone()) for _ in range(4)]
    by_interview: dict[str, set[tuple[str, str]]] = {}
    for headers in results:
        by_interview.setdefault(headers["ce_subject"], set()).add(
            (headers["ce_type"], headers["ce_id"])
        )
    assert {kind for kind, _ in by_interview["iv_good"]} == {transcribed.DESCRIPTOR.full_name}
    assert {kind for kind, _ in by_interview["iv_bad"]} == {failed.DESCRIPTOR.full_name}
    assert all(len(pairs) == 1 for pairs in by_interview.values()), "a repeat has the same id"


async def test_json_events_carry_the_same_attributes(platform_settings, node, until) -> None:
    got = []

    async def handle(event, unit) -> None:
        got.append(event)

    gateway = await node("gateway", platform_settings)
    await node(
        "notification",
        platform_settings,
        lambda messaging: messaging.on_json("interview.results.v1", handle),
    )
    async with gateway.database.unit_of_work() as unit:
        event_id = unit.emit_json(
            "interview.results.v1",
            "interview.completed",
            {"id": "iv_1", "überall": [1, None]},
            interview_id="iv_1",
        )
        with pytest.raises(InvalidError, match="more than"):
            unit.emit_json(
                "interview.results.v1", "interview.updated", {"x": "y" * 300_000}, interview_id="x"
            )
    await until(lambda: got)
    event = got[0]
    assert (event.id, event.type, event.source) == (
        event_id,
        "interview.completed",
        "/viva/gateway",
    )
    assert (event.interview_id, event.sequence) == ("iv_1", 1)
    assert event.data == {"id": "iv_1", "überall": [1, None]}
