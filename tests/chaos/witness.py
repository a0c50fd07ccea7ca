"""Gathers the evidence after a run: by API, by webhooks, by a plain consumer of the topics."""

import asyncio
import io
import wave
from collections.abc import Sequence
from typing import Any

import numpy as np
from aiokafka import AIOKafkaConsumer

from tests.chaos.crowd import Attended, insisted
from tests.chaos.invariants import Evidence, Hook, Published
from viva.platform.messaging.replay import count_dead_letters, read_dead_letters
from viva.platform.settings import PlatformSettings
from viva.testkit.api import Api, ApiError, Json
from viva.testkit.webhook_sink import WebhookSink

RESULTS = "interview.results.v1"
EVENTS = "interview.session.events.v1"
_FRAME = 320
_SPEECH_RMS = 200
_QUIET_S = 5.0
_NO_RECORDING = {"failed", "expired", "cancelled"}


async def gather(
    api: Api, sink: WebhookSink, bootstrap: str, attended: Sequence[Attended]
) -> Evidence:
    """Looks at everything, once nothing happens any more."""
    evidence = Evidence(final={one.id: one.final for one in attended})
    await _delivered(sink)
    evidence.results = await _records(bootstrap, RESULTS)
    evidence.events = await _records(bootstrap, EVENTS)
    evidence.hooks = [
        Hook(
            found.payload["data"]["id"],
            found.id,
            found.payload["type"],
            taken=found.answered < 300,
        )
        for found in sink.deliveries
    ]
    evidence.ledger = await _pages(api, "/v1/credits/ledger")
    evidence.credits = await insisted(lambda: api.call("GET", "/v1/credits"))
    evidence.listed = len(await _pages(api, "/v1/interviews"))
    evidence.dead_letters = await _dead_letters(bootstrap)
    for one in attended:
        if one.final.get("status") not in _NO_RECORDING and one.report.durable_samples:
            evidence.missing_ms[one.id] = await _missing_ms(api, one)
    return evidence


async def _delivered(sink: WebhookSink) -> None:
    """Waits until no webhook has come for a while."""
    count = -1
    while count != len(sink.deliveries):
        count = len(sink.deliveries)
        await asyncio.sleep(_QUIET_S)


async def _records(bootstrap: str, topic: str) -> list[Published]:
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=100
    )
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        found = []
        while any([await consumer.position(tp) < end for tp, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found += [_published(record) for record in records]
        return found
    finally:
        await consumer.stop()


def _published(record: Any) -> Published:
    attributes = {name: value.decode() for name, value in record.headers}
    return Published(
        (record.key or b"").decode(),
        attributes["ce_id"],
        attributes["ce_type"],
        attributes["ce_source"],
        int(attributes["ce_sequence"]),
    )


async def _pages(api: Api, path: str) -> list[Json]:
    found: list[Json] = []
    while True:
        after = {"starting_after": found[-1]["id"]} if found else {}
        page = await insisted(
            lambda after=after: api.call("GET", path, params={"limit": "100", **after})
        )
        found += page["data"]
        if not page["has_more"]:
            return found


async def _dead_letters(bootstrap: str) -> list[str]:
    settings = PlatformSettings.model_validate({"kafka_bootstrap": bootstrap})
    counts = await count_dead_letters(settings)
    return [
        f"{letter.topic}: {letter.interview_id} {letter.event_type} {letter.reason}"
        for topic, (kept, _) in counts.items()
        if kept
        for letter in await read_dead_letters(settings, topic)
    ]


async def _missing_ms(api: Api, one: Attended) -> int:
    """Speech that was acknowledged and is not in the recording, sample for sample."""
    async with asyncio.timeout(60):
        while True:
            try:
                recording = await insisted(lambda: api.recording(one.id))
                break
            except ApiError:  # rendered a moment after the verdict
                await asyncio.sleep(1)
    with wave.open(io.BytesIO(recording)) as file:
        both = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    kept = both[0::2]
    sent = np.frombuffer(bytes(one.journal[: 2 * one.report.durable_samples]), np.int16)
    missing = 0
    for start in range(0, len(sent) - _FRAME, _FRAME):
        frame = sent[start : start + _FRAME]
        loud = np.sqrt(np.mean(frame.astype(np.float64) ** 2)) > _SPEECH_RMS
        if loud and not np.array_equal(frame, kept[start : start + _FRAME]):
            missing += 1
    return missing * 1000 * _FRAME // 16_000
