"""What cannot be processed goes to the dead letters; the partition moves on."""

import asyncio
from typing import Any

from viva.contracts.gateway.events.v1 import events_pb2 as gateway_events
from viva.platform.errors import DomainError, InvalidError, TransientError
from viva.platform.messaging.event import text_headers
from viva.platform.messaging.replay import count_dead_letters, read_dead_letters, replay

TOPIC = "interview.gateway.events.v1"
Requested = gateway_events.InterviewCancelRequested


async def emit(node: Any, interview_id: str, event_id: str | None = None) -> str:
    async with node.database.unit_of_work() as unit:
        return unit.emit(
            Requested(interview_id=interview_id), interview_id=interview_id, event_id=event_id
        )


async def test_poison_goes_to_the_dead_letters_and_replay_reaches_only_that_group(
    settings, node, tail, until
) -> None:
    handled: dict[str, list[str]] = {"session": [], "notification": []}
    broken = True

    def wire(service: str) -> Any:
        async def handle(event, unit) -> None:
            if service == "session" and event.interview_id == "iv_bad" and broken:
                raise InvalidError("nothing to be done", code="no_good")
            handled[service].append(event.id)

        return lambda messaging: messaging.on(Requested, handle)

    gateway = await node("gateway", settings)
    await node("session", settings, wire("session"))
    await node("notification", settings, wire("notification"))
    ids = [await emit(gateway, name) for name in ("iv_a", "iv_bad", "iv_bad", "iv_b")]
    good, bad = [ids[0], ids[3]], ids[1:3]
    await until(lambda: sorted(handled["notification"]) == sorted(ids))
    await until(lambda: sorted(handled["session"]) == sorted(good))

    dead = f"{TOPIC}.viva.session.dlq"

    async def buried() -> bool:
        return (await count_dead_letters(settings))[dead] == (2, 2)

    await until(buried)
    letters = await read_dead_letters(settings, dead)
    assert [letter.event_id for letter in letters] == bad
    assert {letter.reason["code"] for letter in letters} == {"no_good"}
    assert Requested.FromString(letters[0].record.value).interview_id == "iv_bad"
    async with tail(settings, TOPIC) as consumer:
        async with asyncio.timeout(60):
            originals = [await consumer.getone() for _ in range(4)]
    original = next(x for x in originals if text_headers(x)["ce_id"] == bad[0])
    kept = [(k, v) for k, v in letters[0].record.headers if not k.startswith("viva_dlq_")]
    assert kept == list(original.headers)
    assert (letters[0].record.key, letters[0].record.value) == (original.key, original.value)

    broken = False
    assert await replay(settings, dead) == 2
    await until(lambda: sorted(handled["session"]) == sorted(ids))
    last = await emit(gateway, "iv_bad")
    await until(lambda: last in handled["notification"])
    assert sorted(handled["notification"]) == sorted([*ids, last]), "the other group skipped them"
    assert await replay(settings, dead) == 0, "given back once"


async def test_bytes_that_do_not_decode_are_kept_as_they_are(settings, node, until) -> None:
    handled = []

    async def handle(event, unit) -> None:
        handled.append(event.interview_id)

    gateway = await node("gateway", settings)
    await node("session", settings, lambda messaging: messaging.on(Requested, handle))
    send = gateway.messaging.sending.producer.send
    kind = Requested.DESCRIPTOR.full_name.encode()
    await send(TOPIC, b"iv_x", b"\xff\xfe no protobuf", [("ce_type", kind), ("ce_id", b"e1")])
    await send(TOPIC, b"iv_x", None, [("ce_type", kind), ("weird", b"\xff\x00")])
    await send(TOPIC, b"iv_x", b"nobody says what this is", [])
    await emit(gateway, "iv_x")
    await until(lambda: handled == ["iv_x"])
    letters = await read_dead_letters(settings, f"{TOPIC}.viva.session.dlq")
    assert [letter.record.value for letter in letters] == [
        b"\xff\xfe no protobuf",
        None,
        b"nobody says what this is",
    ]
    assert ("weird", b"\xff\x00") in letters[1].record.headers
    assert {letter.reason["code"] for letter in letters} == {"event_undecodable"}


async def test_a_bug_is_tried_three_times_and_a_broken_rule_once(
    platform_settings, node, until
) -> None:
    tries: dict[str, int] = {}

    async def handle(event, unit) -> None:
        tries[event.interview_id] = tries.get(event.interview_id, 0) + 1
        if event.interview_id == "iv_bug":
            raise ZeroDivisionError("secret: the candidate's name")
        raise DomainError("not now")

    gateway = await node("gateway", platform_settings)
    await node("session", platform_settings, lambda messaging: messaging.on(Requested, handle))
    await emit(gateway, "iv_bug")
    await emit(gateway, "iv_rule")
    dead = f"{TOPIC}.viva.session.dlq"

    async def buried() -> bool:
        return (await count_dead_letters(platform_settings))[dead][0] == 2

    await until(buried)
    assert tries == {"iv_bug": 3, "iv_rule": 1}
    letters = {x.interview_id: x.reason for x in await read_dead_letters(platform_settings, dead)}
    assert letters["iv_bug"]["detail"] == "ZeroDivisionError", "a bug's own words stay out"
    assert letters["iv_bug"]["tries"] == "3"


async def test_a_dependency_that_is_away_holds_one_partition_and_nothing_is_lost(
    platform_settings, node, until
) -> None:
    away, handled = True, []

    async def handle(event, unit) -> None:
        if away and event.interview_id == "iv_1":
            raise TransientError("away", code="model_away")
        handled.append((event.interview_id, event.sequence))

    gateway = await node("gateway", platform_settings)
    session = await node(
        "session", platform_settings, lambda messaging: messaging.on(Requested, handle)
    )
    for _ in range(3):
        await emit(gateway, "iv_1")
    others = [f"iv_other_{number}" for number in range(12)]
    for other in others:
        await emit(gateway, other)
    # Whoever shares the partition of iv_1 waits with it; the others do not.
    await until(lambda: len(handled) >= 6)
    await until(lambda: "model_away" in session.health.degraded.values())
    assert "iv_1" not in {name for name, _ in handled}
    away = False
    await until(lambda: len(handled) == 15)
    assert [seq for name, seq in handled if name == "iv_1"] == [1, 2, 3]
    await until(lambda: not session.health.degraded)
    assert (await count_dead_letters(platform_settings))[f"{TOPIC}.viva.session.dlq"] == (0, 0)
