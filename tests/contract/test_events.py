"""Golden examples: every event has one, it is whole, and every consumer can decode it."""

import json
from pathlib import Path

import pytest
from google.protobuf import json_format
from google.protobuf.message import Message

from viva.contracts.catalogue import catalogue, message_type, topic_of

EXAMPLES = Path(__file__).parents[2] / "protos/examples"
PROTOBUF_TYPES = [
    event for topic in catalogue() if topic.encoding == "protobuf" for event in topic.event_types
]


def golden(event: str) -> Message:
    return json_format.ParseDict(
        json.loads((EXAMPLES / f"{event}.json").read_text()), message_type(event)()
    )


def unset_fields(message: Message, path: str) -> list[str]:
    missing = []
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if field.message_type is None:
            if field.is_repeated and not value:
                missing.append(f"{path}.{field.name}")
            continue
        nested = list(value) if field.is_repeated else [value]
        if not nested or (not field.is_repeated and not message.HasField(field.name)):
            missing.append(f"{path}.{field.name}")
            continue
        for item in nested:
            missing += unset_fields(item, f"{path}.{field.name}")
    return missing


@pytest.mark.parametrize("event", PROTOBUF_TYPES)
def test_every_event_has_a_whole_golden_example(event: str) -> None:
    assert unset_fields(golden(event), event) == []


@pytest.mark.parametrize("event", PROTOBUF_TYPES)
def test_a_golden_example_survives_the_wire(event: str) -> None:
    example = golden(event)
    decoded = message_type(event)()
    decoded.ParseFromString(example.SerializeToString(deterministic=True))
    assert decoded == example
    assert event in topic_of(type(decoded)).event_types


def test_no_example_is_left_over() -> None:
    assert sorted(path.stem for path in EXAMPLES.glob("*.json")) == sorted(PROTOBUF_TYPES)
