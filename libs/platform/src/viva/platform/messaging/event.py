"""Events as CloudEvents in Kafka's binary mode: attributes in headers, data in the value."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeAlias, TypeVar, cast

from aiokafka import ConsumerRecord
from google.protobuf.message import DecodeError, Message

from viva.platform.errors import InvalidError

M = TypeVar("M")

# Set on a replayed dead letter: every other group skips the record.
TARGET_GROUP = "viva_target_group"


@dataclass(frozen=True)
class Event(Generic[M]):
    """One event as a handler gets it.

    Attributes:
        id: the same at each delivery of the same event.
        sequence: counts the events of this source for this interview, from 1; None from services
            without tables.
    """

    id: str
    type: str
    source: str
    interview_id: str
    sequence: int | None
    time: datetime
    data: M


@dataclass(frozen=True)
class Envelope:
    """The attributes of an event to be sent."""

    id: str
    type: str
    source: str
    interview_id: str
    time: datetime
    content_type: str
    sequence: int | None = None

    def headers(self, trace: Mapping[str, str]) -> list[tuple[str, bytes]]:
        """Writes the Kafka headers; `trace` is what `telemetry.inject` gives."""
        attributes = {
            "specversion": "1.0",
            "id": self.id,
            "type": self.type,
            "source": self.source,
            "subject": self.interview_id,
            "time": self.time.isoformat(),
            **trace,
        }
        if self.sequence is not None:
            attributes["sequence"] = str(self.sequence)
        headers = [(f"ce_{name}", value.encode()) for name, value in attributes.items()]
        return [*headers, ("content-type", self.content_type.encode())]


Record: TypeAlias = "ConsumerRecord[bytes | None, bytes | None]"


def text_headers(record: Record) -> dict[str, str]:
    """Reads a record's headers; bytes that are no text become replacement characters."""
    return {key: (value or b"").decode("utf-8", "replace") for key, value in record.headers}


def trace_carrier(headers: Mapping[str, str]) -> dict[str, str]:
    """Picks the trace context out of a record's headers, for `telemetry.extract`."""
    names = ("traceparent", "tracestate")
    return {name: headers[f"ce_{name}"] for name in names if f"ce_{name}" in headers}


def decode_event(
    record: Record, headers: Mapping[str, str], message_type: type[Message] | None
) -> Event[Any]:
    """Reads an event from a record.

    Args:
        message_type: the protobuf class of the data; None for a JSON object.

    Raises:
        InvalidError: an attribute is missing, or the data is not what it should be.
    """
    try:
        sequence = headers.get("ce_sequence")
        return Event(
            id=headers["ce_id"],
            type=headers["ce_type"],
            source=headers["ce_source"],
            interview_id=headers["ce_subject"],
            sequence=int(sequence) if sequence is not None else None,
            time=datetime.fromisoformat(headers["ce_time"]),
            data=_decode_data(record.value or b"", message_type),
        )
    except KeyError as error:
        raise InvalidError(
            f"header {error.args[0]} is missing", code="event_undecodable"
        ) from error
    except (ValueError, DecodeError) as error:
        raise InvalidError(
            f"event does not decode: {type(error).__name__}", code="event_undecodable"
        ) from error


def _decode_data(value: bytes, message_type: type[Message] | None) -> Any:
    if message_type is not None:
        return message_type.FromString(value)
    data = json.loads(value)
    if not isinstance(data, dict):
        raise ValueError("not an object")  # noqa: TRY004 - what follows treats both alike
    return cast("dict[str, Any]", data)
