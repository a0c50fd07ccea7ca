import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from viva.audio import g711
from viva.audio.pcm import Samples

every_byte = bytes(range(256))
every_sample = np.arange(-32768, 32768).astype(np.int16)


def test_known_mulaw_values() -> None:
    known = {0x00: -32124, 0x80: 32124, 0xFF: 0, 0x7F: 0, 0xFE: 8, 0x7E: -8, 0x8F: 16764, 0xEF: 132}
    for code, sample in known.items():
        assert g711.decode_mulaw(bytes([code])).tolist() == [sample]
    assert g711.encode_mulaw(np.array([0, 32767, -32768, 8, -8, 132], np.int16)).hex() == (
        "ff8000fe7eef"
    )


def test_known_alaw_values() -> None:
    known = {0xD5: 8, 0x55: -8, 0xAA: 32256, 0x2A: -32256, 0xC5: 264, 0xF5: 528, 0x80: 5504}
    for code, sample in known.items():
        assert g711.decode_alaw(bytes([code])).tolist() == [sample]
    assert g711.encode_alaw(np.array([0, -1, 32767, -32768, 264], np.int16)).hex() == "d555aa2ac5"


def test_every_code_survives_a_round_trip() -> None:
    assert g711.encode_alaw(g711.decode_alaw(every_byte)) == every_byte
    back = g711.encode_mulaw(g711.decode_mulaw(every_byte))
    # Mu-law has two zeros; the negative one comes back as the positive.
    assert back == every_byte.replace(b"\x7f", b"\xff")


def test_every_sample_gets_a_level_of_mulaw_within_half_a_step() -> None:
    wide = every_sample.astype(np.int32)
    error = np.abs(g711.decode_mulaw(g711.encode_mulaw(every_sample)).astype(np.int32) - wide)
    half_step = 2 ** np.floor(np.log2(np.abs(wide) + 132)) / 32
    clipped = np.abs(wide) > 32_635
    assert (error[~clipped] <= half_step[~clipped]).all()
    assert (error[clipped] <= 32_768 - 32_124).all()


def test_every_sample_gets_a_level_of_alaw_within_half_a_step() -> None:
    wide = every_sample.astype(np.int32)
    error = np.abs(g711.decode_alaw(g711.encode_alaw(every_sample)).astype(np.int32) - wide)
    magnitude = np.abs(wide)
    half_step = np.maximum(8, 2 ** np.floor(np.log2(np.maximum(magnitude, 1))) / 32)
    assert (error <= half_step).all()


@given(hnp.arrays(np.int16, st.integers(0, 500)))
def test_sign_and_order_are_kept(samples: Samples) -> None:
    for encode, decode in (
        (g711.encode_mulaw, g711.decode_mulaw),
        (g711.encode_alaw, g711.decode_alaw),
    ):
        decoded = decode(encode(samples))
        assert len(decoded) == len(samples)
        order = np.argsort(samples, kind="stable")
        assert (np.diff(decoded[order].astype(np.int32)) >= 0).all()


def test_silence_bytes() -> None:
    silence = np.zeros(3, np.int16)
    assert g711.encode_mulaw(silence) == bytes([g711.MULAW_SILENCE] * 3)
    assert g711.encode_alaw(silence) == bytes([g711.ALAW_SILENCE] * 3)
