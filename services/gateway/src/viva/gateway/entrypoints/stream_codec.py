"""The browser's WebSocket messages: JSON text and binary audio, to and from edge messages.

Binary from the client: one byte of encoding (1 PCM16, 2 mu-law), the position of the first sample
as unsigned 64 bit little-endian, then samples at 16 kHz. Binary to the client: 0x81, the number of
the utterance in the same form, then its PCM16, right after the text message that announces it.
"""

import json
import struct
from dataclasses import asdict
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from viva.audio.g711 import decode_mulaw
from viva.edge import messages as m
from viva.edge.ports import ProtocolViolationError

SUBPROTOCOL = "viva.v1"
HEADER = struct.Struct("<BQ")
PCM16 = 1
MULAW = 2
UTTERANCE = 0x81
MAX_TEXT_BYTES = 64 * 1024
TOO_LARGE = 4413

_TextMessage = Annotated[
    m.Attach
    | m.Played
    | m.Stopped
    | m.Key
    | m.Text
    | m.Command
    | m.Consent
    | m.State
    | m.Elapsed
    | m.Bye
    | m.Heartbeat,
    Field(discriminator="type"),
]
_adapter: TypeAdapter[Any] = TypeAdapter(_TextMessage)

_NAMES: dict[type[m.Downlink], str] = {
    m.Attached: "attached",
    m.Durable: "durable",
    m.Flush: "flush",
    m.Progress: "progress",
    m.Ask: "ask",
    m.End: "end",
    m.Replaced: "replaced",
    m.Pulse: "heartbeat",
    m.Refusal: "error",
}


def decode_text(text: str) -> m.ClientMessage:
    """Reads a text message.

    Raises:
        ProtocolViolationError: it is too large, no JSON, of an unknown type or has wrong fields.
    """
    if len(text) > MAX_TEXT_BYTES:
        raise ProtocolViolationError(
            "message_too_large", "A text message is at most 64 KiB.", TOO_LARGE
        )
    try:
        message: m.ClientMessage = _adapter.validate_json(text, strict=True)
    except ValidationError as error:
        raise _violation(error) from error
    return message


def decode_binary(data: bytes) -> m.Audio:
    """Reads an audio frame; mu-law comes out as PCM16.

    Raises:
        ProtocolViolationError: the frame is too large, cut or of an unknown encoding.
    """
    if len(data) < HEADER.size:
        raise ProtocolViolationError("frame_malformed", "An audio frame has a header of 9 bytes.")
    encoding, position = HEADER.unpack_from(data)
    payload = data[HEADER.size :]
    if encoding not in {PCM16, MULAW}:
        raise ProtocolViolationError("frame_encoding_unknown", "The first byte is 1 or 2.")
    if encoding == PCM16 and len(payload) % 2:
        raise ProtocolViolationError("frame_misaligned", "PCM16 has two bytes for each sample.")
    samples = len(payload) if encoding == MULAW else len(payload) // 2
    if samples > m.MAX_FRAME_SAMPLES:
        raise ProtocolViolationError(
            "frame_too_large", f"A frame has at most {m.MAX_FRAME_SAMPLES} samples.", TOO_LARGE
        )
    if not samples:
        raise ProtocolViolationError("frame_malformed", "An audio frame has at least one sample.")
    if position > m.INT64_MAX - m.MAX_FRAME_SAMPLES:
        raise ProtocolViolationError("position_invalid", "The position is out of range.")
    pcm = payload if encoding == PCM16 else decode_mulaw(payload).astype("<i2").tobytes()
    return m.Audio(position, pcm)


def encode(message: m.Downlink) -> list[str | bytes]:
    """The WebSocket messages that carry this one: two for an utterance, else one."""
    if isinstance(message, m.Utterance):
        announced = {
            "type": "utterance",
            "epoch": message.epoch,
            "number": message.number,
            "sha256": message.sha256,
            "samples": len(message.pcm) // 2,
            "caption": message.caption,
        }
        return [_json(announced), HEADER.pack(UTTERANCE, message.number) + message.pcm]
    return [_json({"type": _NAMES[type(message)], **asdict(message)})]


def _json(message: dict[str, Any]) -> str:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def _violation(error: ValidationError) -> ProtocolViolationError:
    """Names the first fault; what the client sent is not repeated."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    where = "/".join(str(part) for part in first["loc"])
    match first["type"]:
        case _ if not where and not first["type"].startswith("union_tag"):
            return ProtocolViolationError("message_malformed", "A text message is a JSON object.")
        case "union_tag_invalid" | "union_tag_not_found":
            return ProtocolViolationError("message_type_unknown", "No message has this type.")
        case _:
            return ProtocolViolationError("message_invalid", f"{where}: {first['msg']}")
