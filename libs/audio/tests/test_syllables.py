"""Syllable nuclei of sounds whose number of syllables is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.audio.pcm import Samples
from viva.audio.syllables import syllable_nuclei
from viva.audio.vad import SpeechSpan

RATE = 16_000


def babble(count: int, *, every_ms: int = 200, gain: float = 6000) -> Samples:
    """Vowel-like pulses: 150 Hz and its harmonics, each under a rounded envelope."""
    step = RATE * every_ms // 1000
    places = np.arange(step * count) / RATE
    voice = sum(np.sin(2 * np.pi * 150 * n * places) / n for n in range(1, 20))
    envelope = 0.03 + np.sin(np.pi * (np.arange(step * count) % step) / step) ** 2
    return np.asarray(np.clip(gain * voice * envelope / 2, -32768, 32767), dtype=np.int16)


def whole(samples: Samples) -> list[SpeechSpan]:
    return [SpeechSpan(0, len(samples))]


@pytest.mark.parametrize("every_ms", [150, 200, 300])
def test_each_pulse_is_one_nucleus_at_its_middle(every_ms: int) -> None:
    samples = babble(12, every_ms=every_ms)
    found = syllable_nuclei(samples, whole(samples))
    middles = [every_ms * n + every_ms / 2 for n in range(12)]
    assert found == pytest.approx(middles, abs=25)


@given(st.floats(0.02, 1.0))
def test_a_gain_changes_nothing(gain: float) -> None:
    samples = babble(6)
    quiet = np.asarray(samples * gain, dtype=np.int16)
    assert syllable_nuclei(quiet, whole(quiet)) == pytest.approx(
        syllable_nuclei(samples, whole(samples)), abs=20
    )


def test_nothing_is_found_outside_speech() -> None:
    samples = babble(10)
    span = SpeechSpan(4 * 3200, 7 * 3200)
    found = syllable_nuclei(samples, [span])
    assert len(found) == 3
    assert all(800 <= at <= 1400 for at in found)


@pytest.mark.parametrize("length", [0, 1, 399, 400, 401])
def test_very_little_audio_does_no_harm(length: int) -> None:
    samples = babble(1)[:length]
    assert len(syllable_nuclei(samples, whole(samples))) <= 1
    assert syllable_nuclei(samples, []) == []


def test_silence_and_a_steady_tone_have_no_syllables() -> None:
    silence = np.zeros(RATE, np.int16)
    assert syllable_nuclei(silence, whole(silence)) == []
    tone = np.asarray(6000 * np.sin(2 * np.pi * 500 * np.arange(RATE) / RATE), dtype=np.int16)
    assert len(syllable_nuclei(tone, whole(tone))) <= 1


def test_a_constant_offset_changes_nothing() -> None:
    samples = babble(8)
    offset = samples + np.int16(1500)
    assert len(syllable_nuclei(offset, whole(offset))) == 8
