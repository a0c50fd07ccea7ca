import io
import struct
import wave
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from viva.audio import wav
from viva.audio.pcm import Samples
from viva.platform.errors import InvalidError

int16_arrays = hnp.arrays(np.int16, st.integers(0, 900))


def riff(tag: int, channels: int, rate: int, bits: int, body: bytes, extra: bytes = b"") -> bytes:
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", tag, channels, rate, rate * block, block, bits) + extra
    junk = struct.pack("<4sI", b"LIST", 3) + b"abc\0"
    chunks = struct.pack("<4sI", b"fmt ", len(form)) + form + junk
    chunks += struct.pack("<4sI", b"data", len(body)) + body
    return struct.pack("<4sI4s", b"RIFF", 4 + len(chunks), b"WAVE") + chunks


@given(int16_arrays)
def test_what_is_written_is_read(samples: Samples) -> None:
    assert np.array_equal(wav.read_wav(wav.write_wav(samples)), samples)


@given(int16_arrays, int16_arrays)
def test_stereo_as_the_standard_library_reads_it(left: Samples, right: Samples) -> None:
    with wave.open(io.BytesIO(wav.write_stereo_wav(left, right))) as reader:
        assert (reader.getnchannels(), reader.getframerate()) == (2, 16_000)
        frames = np.frombuffer(reader.readframes(9999), dtype="<i2").reshape(-1, 2)
    assert np.array_equal(frames[: len(left), 0], left)
    assert np.array_equal(frames[: len(right), 1], right)
    assert not frames[len(left) :, 0].any()
    assert not frames[len(right) :, 1].any()


@given(st.lists(st.tuples(int16_arrays, int16_arrays), max_size=5))
def test_streamed_stereo_is_the_same_file(pieces: list[tuple[Samples, Samples]]) -> None:
    stream = io.BytesIO()
    with wav.StereoWavWriter(stream) as writer:
        for left, right in pieces:
            writer.write(left, right)
    body = b"".join(wav.interleave(left, right) for left, right in pieces)
    assert stream.getvalue() == wav.wav_header(writer.length, channels=2) + body


def test_recording_that_was_never_closed_can_be_read() -> None:
    stream = io.BytesIO()
    piece = np.arange(100, dtype=np.int16)
    wav.StereoWavWriter(stream).write(piece, piece)
    assert np.array_equal(wav.read_wav(stream.getvalue()), piece)


@pytest.mark.parametrize(
    ("tag", "bits", "body"),
    [
        (1, 8, bytes([192, 64, 128])),
        (1, 16, struct.pack("<3h", 16384, -16384, 0)),
        (1, 24, b"\x00\x00\x40\x00\x00\xc0\x00\x00\x00"),
        (1, 32, struct.pack("<3i", 2**30, -(2**30), 0)),
        (3, 32, struct.pack("<3f", 0.5, -0.5, 0)),
        (3, 64, struct.pack("<3d", 0.5, -0.5, 0)),
    ],
)
def test_widths(tag: int, bits: int, body: bytes) -> None:
    expected = [16384, -16384, 0]
    assert wav.read_wav(riff(tag, 1, 16_000, bits, body)).tolist() == expected
    sub_format = struct.pack("<HHIH14x", 22, bits, 4, tag)
    assert wav.read_wav(riff(0xFFFE, 1, 16_000, bits, body, sub_format)).tolist() == expected


def test_companded_files() -> None:
    assert wav.read_wav(riff(7, 1, 16_000, 8, b"\xff\x80")).tolist() == [0, 32124]
    assert wav.read_wav(riff(6, 1, 16_000, 8, b"\xd5\xaa")).tolist() == [8, 32256]


def test_channels_are_averaged_and_rates_converted() -> None:
    times = np.arange(44_100) / 44_100
    left = np.rint(8000 * np.sin(2 * np.pi * 440 * times)).astype("<i2")
    body = np.stack([left, np.zeros_like(left)], axis=1).tobytes()
    got = wav.read_wav(riff(1, 2, 44_100, 16, body))
    assert len(got) == 16_000
    expected = 4000 * np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)
    assert np.abs(got - expected)[500:-500].max() < 5


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "wav_corrupt"),
        (b"ID3 this is some mp3 file", "wav_corrupt"),
        (b"RIFF\0\0\0\0WAVE", "wav_corrupt"),
        (wav.write_wav(np.ones(50, np.int16))[:-10], "wav_corrupt"),
        (riff(1, 1, 16_000, 16, b"abc"), "wav_corrupt"),
        (riff(3, 1, 16_000, 32, struct.pack("<f", float("nan"))), "wav_corrupt"),
        (riff(1, 1, 16_000, 12, b"abcd"), "wav_unsupported"),
        (riff(85, 1, 16_000, 16, b"abcd"), "wav_unsupported"),
        (riff(1, 0, 16_000, 16, b"abcd"), "wav_unsupported"),
        (riff(1, 99, 16_000, 16, b""), "wav_unsupported"),
        (riff(1, 1, 0, 16, b"abcd"), "wav_unsupported"),
    ],
)
def test_bad_files_are_refused_by_name(data: bytes, code: str) -> None:
    with pytest.raises(InvalidError) as caught:
        wav.read_wav(data)
    assert caught.value.code == code


@settings(max_examples=300)
@given(st.integers(0, 60), st.binary(min_size=1, max_size=8))
def test_damage_anywhere_is_an_invalid_error_or_samples(offset: int, damage: bytes) -> None:
    data = bytearray(wav.write_wav(np.arange(64, dtype=np.int16)))
    data[offset : offset + len(damage)] = damage
    with suppress(InvalidError):
        assert wav.read_wav(bytes(data)).dtype == np.int16
