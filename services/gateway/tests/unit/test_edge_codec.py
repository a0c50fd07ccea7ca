import contextlib
import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.audio.g711 import encode_mulaw
from viva.edge import messages as m
from viva.edge.ports import ProtocolViolationError
from viva.gateway.entrypoints.stream_codec import decode_binary, decode_text, encode

HEADER = struct.Struct("<BQ")


@given(position=st.integers(0, 2**60), pcm=st.binary(min_size=1, max_size=3200))
def test_pcm_frames_come_out_as_they_went_in(position: int, pcm: bytes) -> None:
    pcm = pcm * 2
    assert decode_binary(HEADER.pack(1, position) + pcm) == m.Audio(position, pcm)


def test_mulaw_comes_out_as_pcm() -> None:
    samples = (8000 * np.sin(np.arange(320) / 7)).astype(np.int16)
    frame = decode_binary(HEADER.pack(2, 640) + encode_mulaw(samples))
    heard = np.frombuffer(frame.pcm, dtype="<i2")
    assert frame.position == 640
    assert np.max(np.abs(heard.astype(int) - samples)) < 300


@pytest.mark.parametrize(
    ("data", "code", "close_code"),
    [
        (b"", "frame_malformed", 4400),
        (b"\x01\x00", "frame_malformed", 4400),
        (HEADER.pack(1, 0), "frame_malformed", 4400),
        (HEADER.pack(7, 0) + bytes(640), "frame_encoding_unknown", 4400),
        (HEADER.pack(1, 0) + bytes(641), "frame_misaligned", 4400),
        (HEADER.pack(1, 0) + bytes(6402), "frame_too_large", 4413),
        (HEADER.pack(2, 0) + bytes(3201), "frame_too_large", 4413),
        (HEADER.pack(1, 2**63) + bytes(640), "position_invalid", 4400),
    ],
)
def test_a_bad_frame_is_named(data: bytes, code: str, close_code: int) -> None:
    with pytest.raises(ProtocolViolationError) as refused:
        decode_binary(data)
    assert (refused.value.code, refused.value.close_code) == (code, close_code)


@given(st.binary(max_size=64))
def test_any_bytes_are_a_frame_or_a_violation(data: bytes) -> None:
    with contextlib.suppress(ProtocolViolationError):
        assert decode_binary(data).end > 0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "message_malformed"),
        ("{", "message_malformed"),
        ("[]", "message_malformed"),
        ("12", "message_malformed"),
        ('{"type":"launch"}', "message_type_unknown"),
        ('{"kind":"done"}', "message_type_unknown"),
        ('{"type":"command","fact":1,"position":0,"kind":"explode"}', "message_invalid"),
        ('{"type":"command","fact":"1","position":0,"kind":"done"}', "message_invalid"),
        ('{"type":"command","fact":0,"position":0,"kind":"done"}', "message_invalid"),
        ('{"type":"elapsed","ms":-5}', "message_invalid"),
        ('{"type":"elapsed","ms":1e400}', "message_invalid"),
        ('{"type":"played","fact":1}', "message_invalid"),
        ('{"type":"text","fact":1,"position":0,"question_id":"q","body":7}', "message_invalid"),
        (f'{{"type":"elapsed","ms":{2**70}}}', "message_invalid"),
        ("x" * 70_000, "message_too_large"),
    ],
)
def test_a_bad_text_is_named_and_not_repeated(text: str, code: str) -> None:
    with pytest.raises(ProtocolViolationError) as refused:
        decode_text(text)
    assert refused.value.code == code
    assert "explode" not in refused.value.detail


@given(st.text(max_size=200))
def test_any_text_is_a_message_or_a_violation(text: str) -> None:
    with pytest.raises(ProtocolViolationError):
        decode_text(text)


def test_messages_of_the_protocol_are_read() -> None:
    attach = decode_text(
        '{"type":"attach","credential":"c","fresh":false,"last_epoch":2,"position":900,'
        '"buffered_from":640,"facts_buffered_from":3,"playing":{"utterance":4,"offset":80}}'
    )
    assert attach == m.Attach("c", False, 900, 2, 640, 3, m.Playing(4, 80))
    assert decode_text('{"type":"bye","fact":9}') == m.Bye(9)
    assert decode_text('{"type":"heartbeat","later":1}') == m.Heartbeat()
    state = decode_text('{"type":"state","fact":2,"position":5,"muted":true}')
    assert state == m.State(2, 5, muted=True)


def test_an_utterance_is_announced_and_then_sent_whole() -> None:
    text, binary = encode(m.Utterance(2, 7, "ab", b"\x01\x02" * 5, "Hello"))
    assert json.loads(text) == {
        "type": "utterance",
        "epoch": 2,
        "number": 7,
        "sha256": "ab",
        "samples": 5,
        "caption": "Hello",
    }
    assert binary == HEADER.pack(0x81, 7) + b"\x01\x02" * 5


def test_attached_carries_the_progress() -> None:
    progress = m.Progress("thinking", 2, 5, "q2", "Take your time", 8000)
    (text,) = encode(m.Attached(3, 100, 50, 4, progress, True, False, True))
    said = json.loads(text)
    assert said["type"] == "attached"
    assert said["progress"]["phase"] == "thinking"
    assert (said["epoch"], said["base_position"], said["resume_from"], said["resume_fact"]) == (
        3,
        100,
        50,
        4,
    )
    assert json.loads(encode(m.Pulse(True))[0]) == {"type": "heartbeat", "live": True}
    assert json.loads(encode(progress)[0])["thinking_left_ms"] == 8000
