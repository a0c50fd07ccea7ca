"""G.711 companding: mu-law and A-law bytes to and from 16-bit samples, by table.

Source: ITU-T Recommendation G.711. Samples are scaled to 16 bits: mu-law reaches +-32124 and A-law
+-32256. Quantisation is by sign and magnitude.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from viva.audio.pcm import Samples

MULAW_SILENCE = 0xFF
ALAW_SILENCE = 0xD5

_MULAW_BIAS = 132
_MULAW_CLIP = 32635

_Bytes = NDArray[np.uint8]


def decode_mulaw(data: bytes) -> Samples:
    """Samples of mu-law bytes, one per byte."""
    return _mulaw_decoder()[np.frombuffer(data, dtype=np.uint8)]


def encode_mulaw(samples: Samples) -> bytes:
    """Mu-law bytes of samples, one per sample."""
    return _mulaw_encoder()[samples.astype(np.int16, copy=False).view(np.uint16)].tobytes()


def decode_alaw(data: bytes) -> Samples:
    """Samples of A-law bytes, one per byte."""
    return _alaw_decoder()[np.frombuffer(data, dtype=np.uint8)]


def encode_alaw(samples: Samples) -> bytes:
    """A-law bytes of samples, one per sample."""
    return _alaw_encoder()[samples.astype(np.int16, copy=False).view(np.uint16)].tobytes()


@cache
def _mulaw_decoder() -> Samples:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    exponent, mantissa = (code >> 4) & 7, code & 15
    magnitude = (((mantissa << 3) + _MULAW_BIAS) << exponent) - _MULAW_BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


@cache
def _mulaw_encoder() -> _Bytes:
    samples = _every_sample()
    biased = np.minimum(np.abs(samples), _MULAW_CLIP) + _MULAW_BIAS
    exponent = _top_bit(biased) - 7
    mantissa = (biased >> (exponent + 3)) & 15
    sign = np.where(samples < 0, 0x80, 0)
    return np.asarray(~(sign | exponent << 4 | mantissa) & 0xFF, dtype=np.uint8)


@cache
def _alaw_decoder() -> Samples:
    code = np.arange(256, dtype=np.int32) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    # The two lowest segments share one step size; only those above carry the hidden bit.
    linear = (mantissa << 4) + 8
    magnitude = np.where(exponent == 0, linear, (linear + 256) << np.maximum(exponent - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


@cache
def _alaw_encoder() -> _Bytes:
    samples = _every_sample()
    # Code 0 stands for the interval above zero, so negatives are counted from -1.
    magnitude = np.where(samples < 0, ~samples, samples)
    exponent = np.maximum(_top_bit(np.maximum(magnitude, 1)) - 7, 0)
    mantissa = (magnitude >> np.where(exponent == 0, 4, exponent + 3)) & 15
    sign = np.where(samples < 0, 0, 0x80)
    return np.asarray((sign | exponent << 4 | mantissa) ^ 0x55, dtype=np.uint8)


def _every_sample() -> NDArray[np.int32]:
    """All 16-bit values in the order of their unsigned bit patterns, which index the tables."""
    return np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)


def _top_bit(values: NDArray[np.int32]) -> NDArray[np.int32]:
    """Position of the highest bit set; values are at least 1."""
    return np.floor(np.log2(values)).astype(np.int32)
