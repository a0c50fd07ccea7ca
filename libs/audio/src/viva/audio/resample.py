"""Sample rate conversion: of whole recordings, and of live streams with little delay."""

from functools import cache
from math import gcd

import numpy as np
import soxr  # type: ignore[import-untyped]
from numpy.typing import NDArray

from viva.audio.pcm import SAMPLE_RATE_HZ, Samples, to_float, to_int16
from viva.platform.errors import InvalidError

MIN_RATE_HZ = 4_000
MAX_RATE_HZ = 192_000
_HALF_WIDTH = 32
"""Zero crossings on each side of the kernel: 4 ms at 8 kHz."""
_KAISER_BETA = 8.0
_CUTOFF = 0.46
"""Of the lower rate: the stop band (-80 dB) begins at its half for this width and window."""


def resample(samples: Samples, from_hz: int, to_hz: int = SAMPLE_RATE_HZ) -> Samples:
    """Convert a whole recording; the best quality, the same output for the same input.

    Raises:
        InvalidError: a rate outside MIN_RATE_HZ..MAX_RATE_HZ.
    """
    _check_rates(from_hz, to_hz)
    if from_hz == to_hz or not len(samples):
        return samples
    # By floats: soxr's 16-bit path adds dither, which differs with how a stream is chunked.
    return to_int16(soxr.resample(to_float(samples), from_hz, to_hz, quality="HQ"))


class StreamResampler:
    """Converts a live stream, chunk by chunk; how it is chunked does not change the output.

    Output sample n stands for the time of input sample n * from_hz / to_hz, so positions need no
    correction; an output appears once 32 samples of the lower rate beyond it have come (4 ms at
    8 kHz). soxr's stream holds back 80 to 120 ms at 8 kHz, which a live reply cannot spare.
    """

    def __init__(self, from_hz: int, to_hz: int = SAMPLE_RATE_HZ) -> None:
        """Raises InvalidError for a rate outside MIN_RATE_HZ..MAX_RATE_HZ."""
        _check_rates(from_hz, to_hz)
        divisor = gcd(from_hz, to_hz)
        self._up, self._down = to_hz // divisor, from_hz // divisor
        self._kernel = _kernel(self._up, self._down)
        self._reach = self._kernel.shape[1] // 2
        self._received = 0
        self._produced = 0
        # The window always begins at input position `_window_start`; zeros stand before the start.
        self._window = np.zeros(self._reach, dtype=np.float64)
        self._window_start = -self._reach

    def feed(self, samples: Samples) -> Samples:
        """Take samples at from_hz and return those at to_hz that are settled by them."""
        if self._up == self._down:
            return samples
        self._received += len(samples)
        self._window = np.concatenate([self._window, samples.astype(np.float64)])
        settled = self._received - self._reach
        return self._produce_until(-(-settled * self._up // self._down) if settled > 0 else 0)

    def finish(self) -> Samples:
        """The rest, as if silence followed; all outputs together are ceil(n * to_hz / from_hz)."""
        if self._up == self._down:
            return np.zeros(0, dtype=np.int16)
        self._window = np.concatenate([self._window, np.zeros(self._reach + 1)])
        return self._produce_until(-(-self._received * self._up // self._down))

    def _produce_until(self, end: int) -> Samples:
        positions = np.arange(self._produced, end, dtype=np.int64) * self._down
        if not len(positions):
            return np.zeros(0, dtype=np.int16)
        self._produced = end
        first_inputs = positions // self._up - self._reach + 1 - self._window_start
        taps = np.arange(2 * self._reach)
        gathered = self._window[first_inputs[:, None] + taps]
        outputs = np.einsum("nt,nt->n", gathered, self._kernel[positions % self._up])
        keep_from = end * self._down // self._up - self._reach + 1
        self._window = self._window[max(0, keep_from - self._window_start) :]
        self._window_start = max(keep_from, self._window_start)
        return np.asarray(np.clip(np.rint(outputs), -32768, 32767), dtype=np.int16)


@cache
def _kernel(up: int, down: int) -> NDArray[np.float64]:
    """Kaiser-windowed sinc, one row of taps for each of the `up` phases; rows sum to one."""
    stretch = max(1.0, down / up)
    reach = int(np.ceil(_HALF_WIDTH * stretch))
    phase = np.arange(up)[:, None] / up
    distance = np.arange(-reach + 1, reach + 1)[None, :] - phase
    window_arg = np.clip(1 - (distance / reach) ** 2, 0, None)
    window = np.i0(_KAISER_BETA * np.sqrt(window_arg)) / np.i0(_KAISER_BETA)
    taps = np.sinc(2 * _CUTOFF * distance / stretch) * window
    return np.asarray(taps / taps.sum(axis=1, keepdims=True), dtype=np.float64)


def _check_rates(*rates_hz: int) -> None:
    for rate in rates_hz:
        if not MIN_RATE_HZ <= rate <= MAX_RATE_HZ:
            raise InvalidError(
                f"{rate} Hz is outside {MIN_RATE_HZ}..{MAX_RATE_HZ}", code="sample_rate"
            )
