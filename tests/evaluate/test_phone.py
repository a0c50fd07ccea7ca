import numpy as np
import pytest

from tests.evaluate.data.phone import CODECS, over_the_phone
from viva.audio.pcm import Samples


def tone(hertz: float, seconds: float = 1.0) -> Samples:
    places = np.arange(round(16_000 * seconds))
    return np.asarray(8000 * np.sin(2 * np.pi * hertz * places / 16_000), dtype=np.int16)


def strength(samples: Samples) -> float:
    return float(np.std(samples[2000:-2000].astype(float)))


@pytest.mark.parametrize("codec", CODECS)
def test_a_line_passes_its_band_and_nothing_else(codec: str) -> None:
    inside = strength(over_the_phone(tone(1000), codec, loss=0))
    assert inside > 0.5 * strength(tone(1000))
    for outside in (100, 3800, 5000):
        assert strength(over_the_phone(tone(outside), codec, loss=0)) < 0.1 * inside


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("length", [0, 1, 159, 16_001])
def test_the_length_stays(codec: str, length: int) -> None:
    assert len(over_the_phone(tone(500, 2)[:length], codec)) == length


def test_lost_packets_are_heard_and_repeatable() -> None:
    whole = over_the_phone(tone(500), "g711", loss=0)
    once, again, other = (over_the_phone(tone(500), "g711", loss=0.2, seed=n) for n in (1, 1, 2))
    assert np.array_equal(once, again)
    assert not np.array_equal(once, whole)
    assert not np.array_equal(once, other)
