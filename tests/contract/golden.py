"""Golden payloads: one of every event, as files that people can read."""

import json
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message

from viva.contracts.catalogue import catalogue, message_type

EXAMPLES = Path(__file__).parents[2] / "protos/examples"
PUBLIC = EXAMPLES / "public"
PROTOBUF_TYPES, JSON_TYPES = (
    [kind for topic in catalogue() if topic.encoding == encoding for kind in topic.event_types]
    for encoding in ("protobuf", "json")
)


def document(kind: str) -> dict[str, Any]:
    """The example as JSON."""
    folder = PUBLIC if kind in JSON_TYPES else EXAMPLES
    read: dict[str, Any] = json.loads((folder / f"{kind}.json").read_text("utf-8"))
    return read


def message(kind: str) -> Message:
    """The example of a protobuf event."""
    return json_format.ParseDict(document(kind), message_type(kind)())


def value(kind: str) -> bytes:
    """The example as a record's value."""
    if kind in PROTOBUF_TYPES:
        return message(kind).SerializeToString(deterministic=True)
    return json.dumps(document(kind)).encode()
