"""Where syllables sound: peaks of energy between 300 and 900 Hz, without any transcript.

After De Jong and Wempe (2009), "Praat script to detect syllable nuclei and measure speech rate
automatically": a nucleus is a peak of intensity with a dip of 2 dB before and after it. The band
lies inside a telephone line's, so both channels count alike; levels are relative to the speaker's
own, so a microphone's gain changes nothing.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from viva.audio.pcm import SAMPLE_RATE_HZ, Samples, to_float
from viva.audio.vad import SpeechSpan

HOP_MS = 10
_HOP = SAMPLE_RATE_HZ * HOP_MS // 1000
_WINDOW = SAMPLE_RATE_HZ * 25 // 1000
_FFT = 512
_BAND_HZ = (300, 900)
_SMOOTHING_FRAMES = 9
_DIP_DB = 2.0
_RANGE_DB = 20.0
_FLOOR = 1e-9
_BLOCK_FRAMES = 6000  # a minute at once bounds the memory of a long answer

_Levels = NDArray[np.float64]


def syllable_nuclei(samples: Samples, speech: Sequence[SpeechSpan]) -> list[int]:
    """Times of the syllable nuclei in voiced spans, in milliseconds from the first sample.

    Args:
        samples: mono at 16 kHz.
        speech: where somebody speaks; nothing is looked for elsewhere.
    """
    spans = [(span.start, _levels(samples[span.start : span.end])) for span in speech]
    levels = [level for _, level in spans if len(level)]
    if not levels:
        return []
    quietest = float(np.quantile(np.concatenate(levels), 0.95)) - _RANGE_DB
    return [
        round(start * 1000 / SAMPLE_RATE_HZ) + place * HOP_MS + _WINDOW * 500 // SAMPLE_RATE_HZ
        for start, level in spans
        for place in _peaks(level, quietest)
    ]


def _levels(samples: Samples) -> _Levels:
    """Smoothed level of the band in dB, one value each 10 ms."""
    if len(samples) < _WINDOW:
        return np.zeros(0)
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP]
    hertz = np.fft.rfftfreq(_FFT, 1 / SAMPLE_RATE_HZ)
    band = (hertz >= _BAND_HZ[0]) & (hertz <= _BAND_HZ[1])
    window = np.hanning(_WINDOW)
    energy = [
        np.square(np.abs(np.fft.rfft(to_float(block) * window, _FFT)[:, band])).sum(axis=1)
        for block in np.array_split(frames, -(-len(frames) // _BLOCK_FRAMES))
    ]
    decibels = 10 * np.log10(np.concatenate(energy) + _FLOOR)
    kernel = np.hanning(_SMOOTHING_FRAMES + 2)[1:-1]
    padded = np.pad(decibels, _SMOOTHING_FRAMES // 2, mode="edge")
    return np.asarray(np.convolve(padded, kernel / kernel.sum(), "valid"))


def _peaks(levels: _Levels, quietest: float) -> Iterator[int]:
    """Places of maxima above `quietest` that stand out on both sides; an edge is a dip."""
    lowest = -np.inf
    peak: int | None = None
    for place, level in enumerate(levels):
        if peak is None:
            lowest = min(lowest, level) if place else level
            if level >= quietest and level - lowest >= _DIP_DB:
                peak = place
        elif level > levels[peak]:
            peak = place
        elif levels[peak] - level >= _DIP_DB:
            yield peak
            peak, lowest = None, level
    if peak is not None:
        yield peak
