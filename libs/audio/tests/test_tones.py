"""A beep is found in a stream, a voice is none."""

import numpy as np
import pytest

from viva.audio.g711 import decode_mulaw, encode_mulaw
from viva.audio.pcm import SAMPLE_RATE_HZ, Samples, samples_in
from viva.audio.resample import resample
from viva.audio.tones import ToneFinder


def beep(hz: float, ms: int) -> Samples:
    at = np.arange(samples_in(ms)) / SAMPLE_RATE_HZ
    return (np.sin(2 * np.pi * hz * at) * 6_000).astype(np.int16)


def by_phone(samples: Samples) -> Samples:
    return resample(decode_mulaw(encode_mulaw(resample(samples, 16_000, 8_000))), 8_000)


@pytest.mark.parametrize("hz", [440.0, 1_000.0, 1_400.0, 2_000.0])
def test_a_beep_through_a_telephone_is_found(hz: float) -> None:
    silence = np.zeros(samples_in(300), dtype=np.int16)
    sound = by_phone(np.concatenate([silence, beep(hz, 400), silence]))
    finder = ToneFinder()
    for start in range(0, len(sound), 320):
        finder.feed(sound[start : start + 320])
    [tone] = finder.tones
    assert abs(tone.hz - hz) < 35
    assert abs(tone.start - samples_in(300)) <= samples_in(40)
    assert abs(tone.end - samples_in(700)) <= samples_in(40)


def test_a_voice_is_no_tone() -> None:
    at = np.arange(2 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    hz = 120 + 20 * np.sin(2 * np.pi * 3 * at)
    phase = 2 * np.pi * np.cumsum(hz) / SAMPLE_RATE_HZ
    voice = sum(np.sin(k * phase) / k for k in range(1, 20)) * 3_000
    finder = ToneFinder()
    finder.feed(by_phone(voice.astype(np.int16)))
    assert finder.tones == []


def test_silence_and_noise_are_no_tones() -> None:
    finder = ToneFinder()
    finder.feed(np.zeros(16_000, dtype=np.int16))
    finder.feed(np.random.default_rng(1).integers(-3000, 3000, 16_000).astype(np.int16))
    assert finder.tones == []
