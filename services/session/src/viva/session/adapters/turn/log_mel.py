"""The log-mel features that Whisper's encoder reads, for 8 s of sound.

After Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision" (2022): 80 mel
bands (Slaney's scale and norm) of a 25 ms Hann window every 10 ms, log10, 8 decades of range.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from viva.audio.pcm import SAMPLE_RATE_HZ

WINDOW_S = 8
WINDOW_SAMPLES = WINDOW_S * SAMPLE_RATE_HZ
BANDS = 80
_FFT = 400
_HOP = 160
_FLOOR = 1e-10

Floats = NDArray[np.float32]


def log_mel(audio: Floats) -> Floats:
    """Features of exactly 8 s.

    Args:
        audio: mono at 16 kHz in [-1, 1), of any length. Longer audio loses its beginning, shorter
            audio gets silence before it: what counts is how it ends.

    Returns:
        Shape (80, 800).
    """
    window = audio[-WINDOW_SAMPLES:]
    padded: Floats = np.zeros(WINDOW_SAMPLES, dtype=np.float32)
    if len(window):
        padded[-len(window) :] = window
    normal: Floats = (padded - padded.mean()) / np.sqrt(padded.var() + np.float32(1e-7))
    power = _power(normal)
    logs = np.log10(np.maximum(_filters() @ power, _FLOOR))
    logs = np.maximum(logs, logs.max() - 8.0)
    return np.asarray((logs + 4.0) / 4.0, dtype=np.float32)


def _power(audio: Floats) -> NDArray[np.float32]:
    """Power spectrum, shape (201, 800); the last frame is left out as Whisper does."""
    mirrored = np.pad(audio, _FFT // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(mirrored, _FFT)[::_HOP][:-1]
    spectrum = np.fft.rfft(frames * _hann(), axis=1)
    power: NDArray[np.float32] = (spectrum.real**2 + spectrum.imag**2).T.astype(np.float32)
    return power


@cache
def _hann() -> Floats:
    return np.asarray(np.hanning(_FFT + 1)[:-1], dtype=np.float32)


@cache
def _filters() -> Floats:
    """Triangular filters of equal area, shape (80, 201)."""
    edges = _to_hz(np.linspace(_to_mel(0.0), _to_mel(SAMPLE_RATE_HZ / 2), BANDS + 2))
    bins = np.linspace(0, SAMPLE_RATE_HZ / 2, _FFT // 2 + 1)
    widths = np.diff(edges)
    slopes = edges[:, None] - bins[None, :]
    rising = -slopes[:-2] / widths[:-1, None]
    falling = slopes[2:] / widths[1:, None]
    triangles = np.maximum(0, np.minimum(rising, falling))
    areas = 2.0 / (edges[2:] - edges[:-2])
    return (triangles * areas[:, None]).astype(np.float32)


_LINEAR_HZ = 200.0 / 3
_BREAK_HZ = 1000.0
_BREAK_MEL = _BREAK_HZ / _LINEAR_HZ
_LOG_STEP = np.log(6.4) / 27.0


def _to_mel(hz: float) -> float:
    if hz < _BREAK_HZ:
        return hz / _LINEAR_HZ
    return float(_BREAK_MEL + np.log(hz / _BREAK_HZ) / _LOG_STEP)


def _to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    curved = _BREAK_HZ * np.exp(_LOG_STEP * (mel - _BREAK_MEL))
    return np.where(mel < _BREAK_MEL, mel * _LINEAR_HZ, curved)
