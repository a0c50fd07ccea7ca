"""Golden examples: every event has one, and it is whole."""

import pytest
from google.protobuf.message import Message

from tests.contract.golden import EXAMPLES, JSON_TYPES, PROTOBUF_TYPES, PUBLIC, document, message
from viva.contracts.catalogue import message_type, topic_of
from viva.gateway.entrypoints.schemas.documents.interviews import InterviewDocument

# The others are named after the status that they tell.
STATUS = {"interview.reinvited": "created", "interview.updated": "completed"}


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
    assert unset_fields(message(event), event) == []


@pytest.mark.parametrize("event", PROTOBUF_TYPES)
def test_a_golden_example_survives_the_wire(event: str) -> None:
    example = message(event)
    decoded = message_type(event)()
    decoded.ParseFromString(example.SerializeToString(deterministic=True))
    assert decoded == example
    assert event in topic_of(type(decoded)).event_types


@pytest.mark.parametrize("event", JSON_TYPES)
def test_every_public_event_has_a_golden_example_of_the_documented_form(event: str) -> None:
    example = document(event)
    read = InterviewDocument.model_validate(example)
    assert read.model_dump(mode="json", by_alias=True, exclude_unset=True) == example
    assert read.status == STATUS.get(event, event.removeprefix("interview."))


def test_no_example_is_left_over() -> None:
    for folder, known in ((EXAMPLES, PROTOBUF_TYPES), (PUBLIC, JSON_TYPES)):
        assert sorted(path.stem for path in folder.glob("*.json")) == sorted(known)
