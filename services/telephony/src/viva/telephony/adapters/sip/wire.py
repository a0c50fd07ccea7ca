"""What goes over the socket between the service and a worker that holds the SIP stack.

Each message is a header (payload length, kind, leg) and a payload: PCM16 mono 16 kHz as it is, or
JSON. Numbers are never part of a leg's id. Both ends are of one release, so there is no version.
"""

import asyncio
import enum
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_HEADER = struct.Struct("<IBI")
_TWO = struct.Struct("<qq")
_LONGEST_BYTES = 64 * 1024 * 1024

TRUNK = 0
"""The leg of messages that concern the whole worker."""
FIRST_INBOUND = 1 << 31
"""Legs are numbered by the side that begins them: outbound below this, inbound from it on."""


class Kind(enum.IntEnum):
    """What a message says; the first half goes to the worker, the second comes from it."""

    CONFIGURE = 1
    DIAL = 2
    ANSWER = 3
    REJECT = 4
    PLAY = 5
    FLUSH = 6
    HANG_UP = 7
    STOP = 8

    READY = 32
    BROKEN = 33
    ALIVE = 34
    REGISTRATION = 35
    INCOMING = 36
    ANSWERED = 37
    REFUSED = 38
    FRAME = 39
    HEARD = 40
    FLUSHED = 41
    DIGIT = 42
    COUNTERS = 43
    ENDED = 44


@dataclass(frozen=True)
class Wired:
    """One message as it came."""

    kind: Kind
    leg: int
    payload: bytes

    def json(self) -> dict[str, Any]:
        """The payload of a message that carries JSON."""
        read: dict[str, Any] = json.loads(self.payload)
        return read

    def numbers(self) -> tuple[int, int]:
        """The two numbers that HEARD and FLUSHED carry, and that FRAME begins with."""
        first, second = _TWO.unpack_from(self.payload)
        return int(first), int(second)

    def sound(self) -> bytes:
        """FRAME's PCM."""
        return self.payload[_TWO.size :]


def packed(kind: Kind, leg: int = TRUNK, payload: bytes = b"") -> bytes:
    """A message in bytes."""
    return _HEADER.pack(len(payload), kind, leg) + payload


def packed_json(kind: Kind, leg: int = TRUNK, **fields: object) -> bytes:
    """A message with named fields."""
    return packed(kind, leg, json.dumps(fields).encode())


def packed_map(kind: Kind, leg: int, fields: Mapping[str, object]) -> bytes:
    """The same, of fields that have a mapping already."""
    return packed(kind, leg, json.dumps(dict(fields)).encode())


def packed_numbers(kind: Kind, leg: int, first: int, second: int = 0, sound: bytes = b"") -> bytes:
    """A message of two numbers and, for FRAME, the sound."""
    return packed(kind, leg, _TWO.pack(first, second) + sound)


async def read(reader: asyncio.StreamReader) -> Wired | None:
    """The next message; None where the other end is gone.

    Raises:
        ValueError: the bytes are no message.
    """
    try:
        header = await reader.readexactly(_HEADER.size)
        length, kind, leg = _HEADER.unpack(header)
        if length > _LONGEST_BYTES:
            raise ValueError(f"a message of {length} bytes")
        return Wired(Kind(kind), leg, await reader.readexactly(length))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
