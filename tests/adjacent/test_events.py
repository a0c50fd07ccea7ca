"""Events of the release before are read by this one, and the other way round."""

import json
from typing import Any

import pytest
from google.protobuf import json_format

from tests.adjacent.before import ROOT, ReleaseBefore
from viva.contracts.catalogue import message_type

EXAMPLES = ROOT / "protos/examples"
# Reads {event: hex of a message that another release wrote}; prints what it understands of each,
# and its own examples as bytes.
SPEAK = """
import json, sys
from pathlib import Path
from google.protobuf import json_format
from viva.contracts.catalogue import message_type
theirs, ours, understood = json.load(sys.stdin), {}, {}
for path in Path("protos/examples").glob("*.json"):
    message = json_format.ParseDict(json.loads(path.read_text()), message_type(path.stem)())
    ours[path.stem] = message.SerializeToString().hex()
    read = message_type(path.stem)()
    read.ParseFromString(bytes.fromhex(theirs[path.stem]))
    understood[path.stem] = json_format.MessageToDict(read)
print(json.dumps({"bytes": ours, "understood": understood}))
"""

Json = dict[str, Any]


def of_this_release() -> dict[str, Json]:
    return {path.stem: json.loads(path.read_text()) for path in EXAMPLES.glob("*.json")}


def lacking(small: Any, large: Any, path: str = "") -> list[str]:
    """What is in `small` and not, or otherwise, in `large`."""
    if isinstance(small, dict) and isinstance(large, dict):
        return [
            each
            for name, value in small.items()
            for each in lacking(value, large.get(name), f"{path}.{name}")
        ]
    if isinstance(small, list) and isinstance(large, list) and len(small) == len(large):
        pairs = zip(small, large, strict=True)
        return [each for one, other in pairs for each in lacking(one, other, path)]
    return [] if small == large else [path]


@pytest.fixture(scope="module")
def answer(before: ReleaseBefore) -> Json:
    written = {
        event: json_format.ParseDict(example, message_type(event)()).SerializeToString().hex()
        for event, example in of_this_release().items()
    }
    found: Json = before.ask(SPEAK, written)
    return found


def test_this_release_reads_every_event_of_the_one_before(answer: Json) -> None:
    assert answer["bytes"]
    for event, data in answer["bytes"].items():
        message = message_type(event)()
        message.ParseFromString(bytes.fromhex(data))
        assert message.SerializeToString(deterministic=True)
        unknown = type(message)()
        unknown.CopyFrom(message)
        unknown.DiscardUnknownFields()
        assert unknown == message, f"{event} lost a field"


def test_the_release_before_reads_every_event_of_this_one(answer: Json) -> None:
    now = of_this_release()
    for event, read in answer["understood"].items():
        canonical = json_format.MessageToDict(
            json_format.ParseDict(now[event], message_type(event)())
        )
        assert read
        assert lacking(read, canonical) == [], event
