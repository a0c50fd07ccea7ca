"""PCM16 mono at 16 kHz, little-endian: the one form that speech has inside Viva.

Positions and lengths are sample counts at 16 kHz. A frame is 20 ms: 320 samples, 640 bytes.
"""

import math

import numpy as np
from numpy.typing import NDArray

from viva.platform.errors import InvalidError

SAMPLE_RATE_HZ = 16_000
FRAME_MS = 20
FRAME_SAMPLES = SAMPLE_RATE_HZ * FRAME_MS // 1000
SAMPLE_BYTES = 2
FRAME_BYTES = FRAME_SAMPLES * SAMPLE_BYTES
SILENCE_DBFS = -120.0
"""Level that is reported for digital silence and for no samples at all."""

Samples = NDArray[np.int16]
Floats = NDArray[np.float32]


def to_samples(data: bytes | bytearray | memoryview) -> Samples:
    """View little-endian PCM16 bytes as samples, without a copy where the machine allows.

    Raises:
        InvalidError: an odd number of bytes.
    """
    if len(data) % SAMPLE_BYTES:
        raise InvalidError(f"{len(data)} bytes are not whole 16-bit samples", code="pcm_odd_bytes")
    return np.frombuffer(data, dtype="<i2").astype(np.int16, copy=False)


def to_bytes(samples: Samples) -> bytes:
    """Little-endian PCM16 bytes of samples."""
    return samples.astype("<i2", copy=False).tobytes()


def to_float(samples: Samples) -> Floats:
    """Samples as float32 in [-1, 1)."""
    return samples.astype(np.float32) / np.float32(32768.0)


def to_int16(floats: NDArray[np.floating]) -> Samples:
    """Floats of nominal range [-1, 1) as samples: rounded, and clipped where they exceed it."""
    return np.asarray(np.clip(np.rint(floats * 32768.0), -32768, 32767), dtype=np.int16)


def level_dbfs(samples: Samples) -> float:
    """Root mean square in dB relative to full scale; SILENCE_DBFS for silence."""
    if not len(samples):
        return SILENCE_DBFS
    mean_square = float(np.mean(np.square(samples.astype(np.float64)))) / 32768.0**2
    return max(SILENCE_DBFS, 10 * math.log10(mean_square)) if mean_square else SILENCE_DBFS


def peak_dbfs(samples: Samples) -> float:
    """Largest magnitude in dB relative to full scale; SILENCE_DBFS for silence."""
    peak = int(np.max(np.abs(samples.astype(np.int32)))) if len(samples) else 0
    return 20 * math.log10(peak / 32768.0) if peak else SILENCE_DBFS


def is_digital_silence(samples: Samples, tolerance: int = 0) -> bool:
    """Whether no sample's magnitude exceeds `tolerance`: a muted or dead microphone.

    A-law has no zero: give a tolerance of 8 for audio that came through it.
    """
    return not len(samples) or int(np.max(np.abs(samples.astype(np.int32)))) <= tolerance


def samples_in(milliseconds: float) -> int:
    """Number of samples in a duration, rounded."""
    return round(milliseconds * SAMPLE_RATE_HZ / 1000)


def milliseconds_of(samples: int) -> float:
    """Duration of a number of samples in milliseconds."""
    return samples * 1000 / SAMPLE_RATE_HZ


class Framer:
    """Cuts a byte stream of any chunking into blocks of equal size; 20 ms frames by default."""

    def __init__(self, block_bytes: int = FRAME_BYTES) -> None:
        self._block_bytes = block_bytes
        self._pending = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes and return the blocks that are complete now."""
        self._pending += data
        end = len(self._pending) - len(self._pending) % self._block_bytes
        step = self._block_bytes
        blocks = [bytes(self._pending[start : start + step]) for start in range(0, end, step)]
        del self._pending[:end]
        return blocks

    def flush(self) -> bytes | None:
        """The last block, filled with silence, or None where nothing is left over."""
        if not self._pending:
            return None
        block = bytes(self._pending).ljust(self._block_bytes, b"\0")
        self._pending.clear()
        return block
