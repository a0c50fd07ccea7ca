"""Messages of a media stream.

Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages
"""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from viva.platform.errors import InvalidError

MULAW_HZ = 8_000


@dataclass(frozen=True)
class Start:
    """The stream begins."""

    stream_sid: str
    call_sid: str
    account_sid: str
    parameters: dict[str, str]


@dataclass(frozen=True)
class Media:
    """Mu-law bytes at 8 kHz; `timestamp_ms` since the stream began."""

    timestamp_ms: int
    payload: bytes


@dataclass(frozen=True)
class Dtmf:
    """A key."""

    digit: str


@dataclass(frozen=True)
class Mark:
    """Everything before our mark was played, or was cleared."""

    name: str


@dataclass(frozen=True)
class Stop:
    """The call is over."""


Incoming = Start | Media | Dtmf | Mark | Stop


def decode(text: str) -> Incoming | None:
    """Reads a message; None for kinds that say nothing to us.

    Raises:
        InvalidError: it is not of the protocol.
    """
    try:
        message = json.loads(text)
        match message["event"]:
            case "media":
                media = message["media"]
                payload = base64.b64decode(media["payload"], validate=True)
                return Media(int(media["timestamp"]), payload)
            case "mark":
                return Mark(str(message["mark"]["name"]))
            case "dtmf":
                return Dtmf(str(message["dtmf"]["digit"]))
            case "start":
                return _start(message["start"])
            case "stop":
                return Stop()
            case _:
                return None
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise InvalidError("not a message of a media stream", code="stream_malformed") from error


def _start(start: dict[str, Any]) -> Start:
    form = start["mediaFormat"]
    if (form["encoding"], int(form["sampleRate"])) != ("audio/x-mulaw", MULAW_HZ):
        raise InvalidError("the stream is not mu-law at 8 kHz", code="stream_format")
    return Start(
        stream_sid=str(start["streamSid"]),
        call_sid=str(start["callSid"]),
        account_sid=str(start["accountSid"]),
        parameters={str(k): str(v) for k, v in (start.get("customParameters") or {}).items()},
    )


def media(stream_sid: str, payload: bytes) -> str:
    """Sound for the person."""
    encoded = base64.b64encode(payload).decode()
    return _json({"event": "media", "streamSid": stream_sid, "media": {"payload": encoded}})


def mark(stream_sid: str, name: str) -> str:
    """Asks to be told when all before was played."""
    return _json({"event": "mark", "streamSid": stream_sid, "mark": {"name": name}})


def clear(stream_sid: str) -> str:
    """Drops all that was not played yet."""
    return _json({"event": "clear", "streamSid": stream_sid})


def _json(message: dict[str, Any]) -> str:
    return json.dumps(message, separators=(",", ":"))
