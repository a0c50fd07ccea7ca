"""Filled pauses ("um", "uh"), found by their sound: a recognizer drops them or spells them.

A hesitation is a held sound: voiced, its spectrum nearly still, its pitch level or gliding evenly
(O'Shaughnessy, 1992; Goto, Itou and Hayamizu, 1999), with a silence on both sides. What is held at
the end of a word is followed by silence too, but seldom preceded by one. The bands lie inside a
telephone line's; levels are relative to the speaker's own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viva.audio.pcm import SAMPLE_RATE_HZ, Samples, samples_in, to_float
from viva.audio.vad import SpeechSpan

_HOP_MS = 10
_HOP = samples_in(_HOP_MS)
_WINDOW = 512
_FFT = 1024
_BANDS = 16
_BAND_HZ = (200.0, 3400.0)
_PITCH_HZ = (70, 400)
_PITCH_BELOW_HZ = 1200
_APART_FRAMES = 3  # the spectra 30 ms before and after a frame are compared
_STILL_DB = 3.5  # their mean difference over the bands
_VOICED = 0.5
_NEARLY = 0.9
_RANGE_DB = 25.0
_BRIDGED_FRAMES = 2
_LEAST_FRAMES = 20
_GLIDE_SEMITONES = 1.0
_QUIET_BEFORE_FRAMES = 8
_QUIET_AFTER_FRAMES = 15
_LOOK_FRAMES = 30
_BLOCK_FRAMES = 3000  # half a minute at once bounds the memory of a long answer
_FLOOR = 1e-9

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Frames:
    """One value each 10 ms.

    Attributes:
        level: between 200 and 3400 Hz, dB.
        voicing: height of the autocorrelation's peak, 0 to about 1.
        pitch: semitones over 1 Hz, wherever there is a peak.
        change: how much the spectrum's shape moves within 60 ms, mean dB over the bands.
    """

    level: Values
    voicing: Values
    pitch: Values
    change: Values


def filled_pauses(samples: Samples, speech: Sequence[SpeechSpan]) -> list[SpeechSpan]:
    """Held sounds between silences, in samples.

    Args:
        samples: mono at 16 kHz.
        speech: where somebody speaks; the speaker's level is taken from there.
    """
    if len(samples) < _WINDOW or not speech:
        return []
    frames = _frames(samples)
    spoken = np.zeros(len(frames.level), dtype=bool)
    for span in speech:
        spoken[span.start // _HOP : span.end // _HOP] = True
    if not spoken.any():
        return []
    quietest = float(np.quantile(frames.level[spoken], 0.95)) - _RANGE_DB
    quiet = frames.level <= quietest
    still = spoken & ~quiet & (frames.voicing >= _VOICED) & (frames.change <= _STILL_DB)
    return [
        SpeechSpan(start * _HOP, end * _HOP)
        for start, end in _runs(still)
        if end - start >= _LEAST_FRAMES
        and _glides(frames.pitch[start:end])
        and quiet[max(0, start - _LOOK_FRAMES) : start].sum() >= _QUIET_BEFORE_FRAMES
        and quiet[end : end + _LOOK_FRAMES].sum() >= _QUIET_AFTER_FRAMES
    ]


def _glides(pitch: Values) -> bool:
    """Whether the pitch follows a straight line, up to a few stray frames."""
    time = np.arange(len(pitch), dtype=float)
    third = max(1, len(pitch) // 3)
    slope = (np.median(pitch[-third:]) - np.median(pitch[:third])) / max(1, len(pitch) - third)
    rest = pitch - slope * time
    return float(np.quantile(np.abs(rest - np.median(rest)), 0.8)) <= _GLIDE_SEMITONES


def _runs(marks: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Runs of marked frames as (first, after the last); short gaps are bridged."""
    places = np.flatnonzero(marks)
    if not len(places):
        return
    breaks = np.flatnonzero(np.diff(places) > _BRIDGED_FRAMES + 1)
    firsts = np.concatenate([[0], breaks + 1])
    lasts = np.concatenate([breaks, [len(places) - 1]])
    for first, last in zip(firsts, lasts, strict=True):
        yield int(places[first]), int(places[last]) + 1


def _frames(samples: Samples) -> _Frames:
    views = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP]
    blocks = [_block(block) for block in np.array_split(views, -(-len(views) // _BLOCK_FRAMES))]
    level, voicing, pitch, shape = (np.concatenate(column) for column in zip(*blocks, strict=True))
    change = np.full(len(level), np.inf)
    apart = 2 * _APART_FRAMES
    if len(level) > apart:
        moved = np.abs(shape[apart:] - shape[:-apart]).mean(axis=1)
        change[_APART_FRAMES:-_APART_FRAMES] = moved
    return _Frames(level, voicing, pitch, change)


def _block(views: Samples) -> tuple[Values, Values, Values, Values]:
    window = np.hanning(_WINDOW)
    hertz = np.asarray(np.fft.rfftfreq(_FFT, 1 / SAMPLE_RATE_HZ), np.float64)
    power = np.square(np.abs(np.fft.rfft(to_float(views) * window, _FFT)))
    inside = (hertz >= _BAND_HZ[0]) & (hertz <= _BAND_HZ[1])
    level = 10 * np.log10(power[:, inside].sum(axis=1) + _FLOOR)
    bands = 10 * np.log10(power @ _filters(hertz) + _FLOOR)
    low = np.fft.irfft(np.where(hertz < _PITCH_BELOW_HZ, power, 0), _FFT)
    own = np.fft.irfft(np.square(np.abs(np.fft.rfft(window, _FFT))), _FFT)
    lags = np.arange(SAMPLE_RATE_HZ // _PITCH_HZ[1], SAMPLE_RATE_HZ // _PITCH_HZ[0])
    # The window itself decays over the lags; divided out, a still tone has a peak near 1.
    peaks = low[:, lags] / (low[:, :1] + _FLOOR) / (own[lags] / own[0])
    # Twice the period fits as well as the period: the shortest lag that nearly reaches the best.
    best = (peaks >= _NEARLY * peaks.max(axis=1, keepdims=True)).argmax(axis=1)
    pitch = 12 * np.log2(SAMPLE_RATE_HZ / lags[best])
    return (
        level,
        np.asarray(peaks[np.arange(len(best)), best]),
        np.asarray(pitch),
        np.asarray(bands - bands.mean(axis=1, keepdims=True)),
    )


def _filters(hertz: Values) -> Values:
    """Overlapping triangles of equal width on the mel scale, shape (bins, bands)."""
    mel = 1127 * np.log1p(hertz / 700)
    edges = 1127 * np.log1p(np.array(_BAND_HZ) / 700)
    step = (edges[1] - edges[0]) / (_BANDS + 1)
    rising = (mel[:, None] - (edges[0] + step * np.arange(_BANDS))) / step
    return np.asarray(np.minimum(rising, 2 - rising).clip(0))
