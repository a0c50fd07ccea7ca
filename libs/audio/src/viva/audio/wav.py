"""WAV: reads what people upload, writes what Viva records."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from viva.audio.g711 import decode_alaw, decode_mulaw
from viva.audio.pcm import SAMPLE_BYTES, SAMPLE_RATE_HZ, Samples, to_bytes, to_float, to_int16
from viva.audio.resample import MAX_RATE_HZ, MIN_RATE_HZ, resample
from viva.platform.errors import InvalidError

HEADER_BYTES = 44
MAX_CHANNELS = 8
_PCM, _FLOAT, _ALAW, _MULAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_UNKNOWN_LENGTH = 0xFFFFFFFF


@dataclass(frozen=True)
class _Format:
    tag: int
    channels: int
    rate_hz: int
    bits: int

    @property
    def frame_bytes(self) -> int:
        return self.channels * self.bits // 8


def read_wav(data: bytes) -> Samples:
    """Samples, mono at 16 kHz, of a WAV file.

    Takes PCM of 8 to 32 bits, floats of 32 and 64 bits, A-law and mu-law; any number of channels
    up to 8 is averaged, any rate is converted.

    Raises:
        InvalidError: `wav_corrupt` or `wav_unsupported`, with what was wrong.
    """
    form: _Format | None = None
    for chunk_id, body in _chunks(data):
        if chunk_id == b"fmt ":
            form = _parse_format(body)
        elif chunk_id == b"data":
            if form is None:
                raise InvalidError(
                    "the data chunk comes before the format chunk", code="wav_corrupt"
                )
            return resample(_mono(body, form), form.rate_hz)
    raise InvalidError("no format chunk" if form is None else "no data chunk", code="wav_corrupt")


def wav_header(length: int, *, channels: int = 1, rate_hz: int = SAMPLE_RATE_HZ) -> bytes:
    """The 44 bytes that stand before `length` samples per channel of PCM16."""
    frame_bytes = channels * SAMPLE_BYTES
    data_bytes = length * frame_bytes
    if data_bytes + HEADER_BYTES - 8 >= _UNKNOWN_LENGTH:
        raise InvalidError("a WAV file holds at most 4 GiB", code="wav_too_long")
    form = struct.pack(
        "<HHIIHH", _PCM, channels, rate_hz, rate_hz * frame_bytes, frame_bytes, SAMPLE_BYTES * 8
    )
    riff = struct.pack("<4sI4s4sI", b"RIFF", data_bytes + 36, b"WAVE", b"fmt ", len(form))
    return riff + form + struct.pack("<4sI", b"data", data_bytes)


def write_wav(samples: Samples, *, rate_hz: int = SAMPLE_RATE_HZ) -> bytes:
    """A mono WAV file."""
    return wav_header(len(samples), rate_hz=rate_hz) + to_bytes(samples)


def write_stereo_wav(left: Samples, right: Samples) -> bytes:
    """A stereo WAV file at 16 kHz; the shorter channel is filled with silence."""
    length = max(len(left), len(right))
    return wav_header(length, channels=2) + interleave(left, right)


def interleave(left: Samples, right: Samples) -> bytes:
    """PCM16 bytes of two channels; the shorter one is filled with silence."""
    frames = np.zeros((max(len(left), len(right)), 2), dtype=np.int16)
    frames[: len(left), 0] = left
    frames[: len(right), 1] = right
    return to_bytes(frames.reshape(-1))


class StereoWavWriter:
    """Writes a long stereo recording at 16 kHz piece by piece into a seekable binary stream.

    The header is written again at the end, with the length; until then it says "unknown", which
    `read_wav` and most players take. The stream stays open.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._start = stream.tell()
        self._length = 0
        header = bytearray(wav_header(0, channels=2))
        header[4:8] = header[40:44] = struct.pack("<I", _UNKNOWN_LENGTH)
        stream.write(bytes(header))

    @property
    def length(self) -> int:
        """Samples per channel written so far."""
        return self._length

    def write(self, left: Samples, right: Samples) -> None:
        """Append to both channels; the shorter piece is filled with silence."""
        self._stream.write(interleave(left, right))
        self._length += max(len(left), len(right))

    def close(self) -> None:
        """Write the length into the header; more may not be written then."""
        end = self._stream.tell()
        self._stream.seek(self._start)
        self._stream.write(wav_header(self._length, channels=2))
        self._stream.seek(end)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise InvalidError("not a WAV file: no RIFF/WAVE header", code="wav_corrupt")
    offset = 12
    while offset + 8 <= len(data):
        chunk_id, size = struct.unpack_from("<4sI", data, offset)
        offset += 8
        available = len(data) - offset
        if chunk_id == b"data" and size == _UNKNOWN_LENGTH:
            size = available
        if size > available:
            name = chunk_id.decode("latin-1").strip()
            raise InvalidError(
                f"{name} chunk: {size} bytes said, {available} there", code="wav_corrupt"
            )
        yield chunk_id, data[offset : offset + size]
        offset += size + size % 2


def _parse_format(body: bytes) -> _Format:
    if len(body) < 16:
        raise InvalidError("the format chunk is too short", code="wav_corrupt")
    tag, channels, rate_hz, _, block_bytes, bits = struct.unpack_from("<HHIIHH", body)
    if tag == _EXTENSIBLE and len(body) >= 26:
        (tag,) = struct.unpack_from("<H", body, 24)
    if bits not in {_PCM: (8, 16, 24, 32), _FLOAT: (32, 64), _ALAW: (8,), _MULAW: (8,)}.get(
        tag, ()
    ):
        raise InvalidError(f"format {tag} with {bits} bits", code="wav_unsupported")
    if not 1 <= channels <= MAX_CHANNELS:
        raise InvalidError(f"{channels} channels", code="wav_unsupported")
    if not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:
        raise InvalidError(f"{rate_hz} Hz", code="wav_unsupported")
    form = _Format(tag, channels, rate_hz, bits)
    if block_bytes != form.frame_bytes:
        raise InvalidError(f"block size {block_bytes} with {form}", code="wav_corrupt")
    return form


def _mono(body: bytes, form: _Format) -> Samples:
    if len(body) % form.frame_bytes:
        raise InvalidError("the data chunk ends within a sample", code="wav_corrupt")
    if form.channels == 1 and form.tag == _PCM and form.bits == 16:
        return np.frombuffer(body, dtype="<i2").astype(np.int16)
    floats = _decode(body, form).reshape(-1, form.channels).mean(axis=1)
    return to_int16(floats)


def _decode(body: bytes, form: _Format) -> NDArray[np.float64]:
    """All channels interleaved, nominal range [-1, 1)."""
    match form.tag, form.bits:
        case (1, 8):
            return np.frombuffer(body, np.uint8).astype(np.float64) / 128 - 1
        case (1, 24):
            parts = np.frombuffer(body, np.uint8).reshape(-1, 3).astype(np.int32)
            values = parts[:, 0] << 8 | parts[:, 1] << 16 | parts[:, 2] << 24
            return np.asarray(values / 2**31, dtype=np.float64)
        case (1, bits):
            integers = np.frombuffer(body, f"<i{bits // 8}")
            return np.asarray(integers / 2 ** (bits - 1), dtype=np.float64)
        case (3, bits):
            floats = np.frombuffer(body, f"<f{bits // 8}").astype(np.float64)
            if not np.isfinite(floats).all():
                raise InvalidError("samples that are not numbers", code="wav_corrupt")
            return np.asarray(np.clip(floats, -1, 1), dtype=np.float64)
        case (6, _):
            return to_float(decode_alaw(body)).astype(np.float64)
        case _:
            return to_float(decode_mulaw(body)).astype(np.float64)
