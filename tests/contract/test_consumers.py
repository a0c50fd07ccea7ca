"""Who reads what: the catalogue and the services' handlers say the same, and can read it."""

from datetime import UTC, datetime
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from aiokafka import ConsumerRecord

from tests.contract import golden
from viva.contracts.catalogue import catalogue
from viva.platform.messaging import Messaging
from viva.platform.messaging.event import Envelope, decode_event, text_headers
from viva.platform.run import service_names
from viva.platform.service import Runtime
from viva.platform.settings import PlatformSettings


async def messaging_of(name: str, objects: Path) -> Messaging:
    """What a service reads. Nothing is started: no broker and no database are needed for it."""
    (entry,) = entry_points(group="viva.services", name=name)
    service = entry.load()
    platform = PlatformSettings.model_validate(
        {
            "kafka_bootstrap": "127.0.0.1:1",
            "database_url": "postgresql://nobody@127.0.0.1:1/none",
            "objects_url": objects.as_uri(),
        }
    )
    runtime = Runtime(service, platform, service.settings())
    await service.build(runtime, runtime.settings)
    return runtime.messaging()


def record(topic: str, kind: str) -> "ConsumerRecord[bytes | None, bytes | None]":
    """The golden example as the broker would hand it over."""
    now = datetime(2026, 1, 15, tzinfo=UTC)
    content = "application/protobuf" if kind in golden.PROTOBUF_TYPES else "application/json"
    envelope = Envelope("evt_1", kind, "/viva/test", "iv_1", now, content, sequence=1)
    value = golden.value(kind)
    headers = tuple(envelope.headers({}))
    return ConsumerRecord(topic, 0, 0, 0, 0, b"iv_1", value, None, 4, len(value), headers)


@pytest.mark.parametrize("name", service_names())
async def test_a_service_decodes_what_the_catalogue_says_that_it_reads(
    name: str, tmp_path: Path
) -> None:
    handlers = (await messaging_of(name, tmp_path)).handlers
    promised = {
        (topic.name, event.type)
        for topic in catalogue()
        for event in topic.events
        if name in event.consumers
    }
    assert set(handlers) == promised
    for (topic, kind), handler in handlers.items():
        found = record(topic, kind)
        event = decode_event(found, text_headers(found), handler.message_type)
        json_or_message = golden.document if kind in golden.JSON_TYPES else golden.message
        assert event.data == json_or_message(kind)
        assert (event.type, event.interview_id, event.sequence) == (kind, "iv_1", 1)
