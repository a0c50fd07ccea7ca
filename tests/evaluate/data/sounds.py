"""Sounds that nobody should be scored for: silence, noise, music, made by rule and seed."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from viva.audio.pcm import SAMPLE_RATE_HZ, Samples, to_int16

SECONDS = 12
_LENGTH = SECONDS * SAMPLE_RATE_HZ

Random = np.random.Generator
Wave = NDArray[np.float64]


def silence(number: int) -> Samples:
    """Digital silence, room tone, mains hum, an offset, a few clicks."""
    random = np.random.default_rng([1, number])
    kind = number % 5
    wave = np.zeros(_LENGTH)
    if kind == 1:
        wave = _coloured(random, random.uniform(0, 2)) * 10 ** random.uniform(-4, -2.6)
    elif kind == 2:
        wave = 0.004 * np.sin(2 * np.pi * random.choice([50, 60]) * _seconds())
    elif kind == 3:
        wave = wave + random.uniform(-0.3, 0.3)
    elif kind == 4:
        wave[random.integers(0, _LENGTH, 12)] = random.uniform(-0.8, 0.8, 12)
    return to_int16(wave)


def noise(number: int) -> Samples:
    """White to brown noise, steady, in gusts, or as loud as babble comes and goes."""
    random = np.random.default_rng([2, number])
    wave = _coloured(random, random.uniform(0, 2)) * 10 ** random.uniform(-1.5, -0.4)
    kind = number % 4
    if kind == 1:
        wave *= np.repeat(random.uniform(0, 1, SECONDS * 4), _LENGTH // (SECONDS * 4))
    elif kind == 2:
        wave *= 0.5 + 0.5 * np.sin(2 * np.pi * random.uniform(2, 6) * _seconds())
    elif kind == 3:
        wave *= np.interp(np.arange(_LENGTH), *_envelope(random))
    return to_int16(np.clip(wave, -1, 1))


def music(number: int) -> Samples:
    """Chords and a melody of harmonic tones, with or without a drum."""
    random = np.random.default_rng([3, number])
    beat = int(SAMPLE_RATE_HZ * random.uniform(0.25, 0.6))
    root = random.uniform(110, 220)
    wave = np.zeros(_LENGTH)
    for start in range(0, _LENGTH, beat):
        steps = random.choice([0, 2, 4, 5, 7, 9, 11, 12], 1 + 2 * (number % 2), replace=False)
        for step in steps:
            _add(wave, start, _tone(random, root * 2 ** (step / 12 + random.integers(0, 2)), beat))
        if number % 3 == 0:
            _add(wave, start, random.normal(size=1200) * np.exp(-np.arange(1200) / 150) * 0.5)
    return to_int16(wave / np.abs(wave).max() * 10 ** random.uniform(-1, -0.1))


CLASSES: dict[str, Callable[[int], Samples]] = {
    "silence": silence,
    "noise": noise,
    "music": music,
}


def _seconds() -> Wave:
    return np.arange(_LENGTH) / SAMPLE_RATE_HZ


def _coloured(random: Random, slope: float) -> Wave:
    """Noise whose power falls by `slope` * 3 dB an octave, of unit variance."""
    spectrum = np.fft.rfft(random.normal(size=_LENGTH))
    hertz = np.maximum(np.fft.rfftfreq(_LENGTH, 1 / SAMPLE_RATE_HZ), 20)
    wave = np.fft.irfft(spectrum / hertz ** (slope / 2), _LENGTH)
    return np.asarray(wave / wave.std())


def _envelope(random: Random) -> tuple[Wave, Wave]:
    places = np.sort(random.uniform(0, _LENGTH, SECONDS * 8))
    return places, random.uniform(0, 1, SECONDS * 8) ** 2


def _tone(random: Random, hertz: float, length: int) -> Wave:
    seconds = np.arange(length) / SAMPLE_RATE_HZ
    vibrato = 1 + 0.004 * np.sin(2 * np.pi * 5.5 * seconds)
    weights = random.uniform(0.2, 1) ** np.arange(8)
    wave = sum(
        weight * np.sin(2 * np.pi * hertz * number * seconds * vibrato)
        for number, weight in enumerate(weights, start=1)
    )
    attack = np.minimum(1, np.arange(length) / 400)
    return np.asarray(wave * attack * np.exp(-seconds * random.uniform(0.5, 6)) * 0.2)


def _add(wave: Wave, start: int, sound: Wave) -> None:
    end = min(len(wave), start + len(sound))
    wave[start:end] += sound[: end - start]
