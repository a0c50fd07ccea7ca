import numpy as np
import pytest

from tests.evaluate.data.pitch import shifted


@pytest.mark.parametrize("semitones", [-3.0, 3.0])
def test_pitch_moves_and_time_does_not(semitones: float) -> None:
    places = np.arange(48_000)
    tone = (8000 * np.sin(2 * np.pi * 200 * places / 16_000)).astype(np.int16)
    tone[24_000:] = 0
    found = shifted(tone, semitones)
    assert len(found) == len(tone)
    loudest = np.abs(np.fft.rfft(found[4_000:20_000])).argmax()
    assert loudest == pytest.approx(200 * 2 ** (semitones / 12), abs=3)
    assert np.abs(found[26_000:]).max() < 400 < np.abs(found[20_000:22_000]).max()


def test_nothing_stays_nothing() -> None:
    assert len(shifted(np.zeros(0, np.int16), 3)) == 0
