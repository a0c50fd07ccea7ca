import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viva.audio.pcm import Samples
from viva.audio.resample import StreamResampler, resample
from viva.platform.errors import InvalidError

RATES = [8000, 11025, 16000, 22050, 24000, 44100, 48000]


def tone(frequency_hz: float, rate_hz: int, seconds: float = 0.5, level: float = 9000) -> Samples:
    times = np.arange(int(seconds * rate_hz)) / rate_hz
    return np.rint(level * np.sin(2 * np.pi * frequency_hz * times)).astype(np.int16)


def stream(samples: Samples, from_hz: int, to_hz: int, sizes: list[int]) -> Samples:
    resampler, parts, start = StreamResampler(from_hz, to_hz), [], 0
    for size in [*sizes, len(samples)]:
        parts.append(resampler.feed(samples[start : start + size]))
        start = min(len(samples), start + size)
    return np.concatenate([*parts, resampler.finish()])


@settings(max_examples=60, deadline=None)
@given(
    from_hz=st.sampled_from(RATES),
    to_hz=st.sampled_from(RATES),
    length=st.integers(0, 3000),
    sizes=st.lists(st.integers(0, 700), max_size=12),
    seed=st.integers(0, 99),
)
def test_chunking_changes_nothing(
    from_hz: int, to_hz: int, length: int, sizes: list[int], seed: int
) -> None:
    noise = np.random.default_rng(seed).integers(-32768, 32768, length).astype(np.int16)
    whole = stream(noise, from_hz, to_hz, [])
    assert len(whole) == -(-length * to_hz // from_hz)
    assert np.array_equal(stream(noise, from_hz, to_hz, sizes), whole)


@pytest.mark.parametrize("from_hz", [rate for rate in RATES if rate != 16_000])
def test_stream_keeps_time_and_level_of_a_tone(from_hz: int) -> None:
    got = stream(tone(1000, from_hz), from_hz, 16_000, [from_hz // 50] * 20).astype(np.int32)
    error = (got - tone(1000, 16_000)[: len(got)])[400:-400]
    assert np.abs(error).max() <= 12  # -57 dB of the tone, no offset in time


def test_stream_and_one_shot_agree_on_speech_band() -> None:
    source = tone(700, 48_000) + tone(2900, 48_000)
    one, live = resample(source, 48_000), stream(source, 48_000, 16_000, [960] * 25)
    assert np.abs(one[400:-400].astype(np.int32) - live[400:-400]).max() <= 12


def test_stream_stops_what_would_alias() -> None:
    got = stream(tone(9_000, 48_000), 48_000, 16_000, [960] * 25)[400:-400]
    assert np.abs(got.astype(np.int32)).max() <= 3  # 70 dB below


@pytest.mark.parametrize(("from_hz", "limit_ms"), [(8000, 4.1), (24_000, 2.1), (48_000, 2.1)])
def test_stream_holds_back_little(from_hz: int, limit_ms: float) -> None:
    resampler = StreamResampler(from_hz)
    produced = sum(len(resampler.feed(tone(500, from_hz, 0.02))) for _ in range(10))
    assert (200 - produced / 16) <= limit_ms


def test_one_shot_length_and_identity() -> None:
    source = tone(500, 8000)
    assert len(resample(source, 8000)) == 2 * len(source)
    assert resample(source, 16_000) is source
    assert np.array_equal(resample(source, 8000), resample(source, 8000))


@pytest.mark.parametrize("rate", [0, -8000, 3999, 200_000])
def test_absurd_rates_are_refused(rate: int) -> None:
    with pytest.raises(InvalidError):
        resample(tone(500, 8000), rate)
    with pytest.raises(InvalidError):
        StreamResampler(16_000, rate)
