"""Filled pauses are held sounds between silences; words and noise are none."""

import numpy as np
import pytest
from numpy.typing import NDArray

from viva.audio.filled_pauses import filled_pauses
from viva.audio.pcm import Samples, samples_in
from viva.audio.vad import SpeechSpan

RATE = 16_000
Sound = NDArray[np.float64]


def held(
    ms: int, *, hz: float = 110, glide: float = 1.0, formants: tuple[int, ...] = (600, 1200)
) -> Sound:
    """A held vowel: a buzz whose harmonics are loudest at the formants; `glide` ends its pitch."""
    time = np.arange(samples_in(ms)) / RATE
    pitch = hz * glide ** (time / time[-1])
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    sound = np.zeros(len(time))
    for number in range(1, 30):
        loudness = sum(1 / (1 + ((number * hz - f) / 150) ** 2) for f in formants)
        sound += loudness * np.sin(number * phase)
    edge = np.minimum(1, np.minimum(np.arange(len(time)), np.arange(len(time))[::-1]) / 160)
    return 2500 * sound * edge


def babble(ms: int, hz: float = 110) -> Sound:
    """Syllables whose vowels change every 70 ms."""
    vowels = [(300, 2300), (700, 1200), (350, 800), (500, 1800)]
    return np.concatenate([held(70, hz=hz, formants=vowels[n % 4]) for n in range(ms // 70)])


def silence(ms: int) -> Sound:
    return np.zeros(samples_in(ms))


def recorded(*parts: Sound, gain: float = 1.0) -> Samples:
    sound = np.concatenate(parts)
    noise = np.random.default_rng(1).normal(0, 8, len(sound))
    return np.clip(gain * (sound + noise), -32768, 32767).astype(np.int16)


def found(samples: Samples) -> list[tuple[float, float]]:
    spans = filled_pauses(samples, [SpeechSpan(0, len(samples))])
    return [(span.start / 16, span.end / 16) for span in spans]


@pytest.mark.parametrize("hz", [90, 130, 220])
@pytest.mark.parametrize("glide", [1.0, 0.9])
@pytest.mark.parametrize("gain", [0.3, 1.0])
def test_a_held_sound_between_silences_is_found(hz: float, glide: float, gain: float) -> None:
    samples = recorded(
        babble(1400, hz),
        silence(250),
        held(380, hz=hz, glide=glide),
        silence(350),
        babble(1400, hz),
        gain=gain,
    )
    (span,) = found(samples)
    assert span[0] == pytest.approx(1650, abs=60)
    assert span[1] == pytest.approx(2030, abs=80)


def test_words_are_none() -> None:
    assert found(recorded(babble(2000), silence(400), babble(300), silence(400))) == []


def test_a_long_end_of_a_word_is_none() -> None:
    assert found(recorded(babble(1400), held(350), silence(400), babble(1400))) == []


def test_a_short_sound_is_none() -> None:
    assert found(recorded(babble(1400), silence(300), held(120), silence(300))) == []


def test_noise_and_nothing_are_none() -> None:
    hiss = np.random.default_rng(2).normal(0, 3000, samples_in(400))
    assert found(recorded(babble(1400), silence(300), hiss, silence(300))) == []
    assert filled_pauses(np.zeros(0, np.int16), []) == []
    assert filled_pauses(np.zeros(RATE, np.int16), []) == []
    assert filled_pauses(np.zeros(RATE, np.int16), [SpeechSpan(0, RATE)]) == []


def test_only_speech_is_looked_at() -> None:
    samples = recorded(babble(1400), silence(300), held(400), silence(300))
    assert filled_pauses(samples, [SpeechSpan(0, samples_in(1400))]) == []
