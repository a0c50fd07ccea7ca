import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from viva.audio import pcm
from viva.platform.errors import InvalidError

int16_arrays = hnp.arrays(np.int16, st.integers(0, 2000))


@given(int16_arrays)
def test_bytes_and_floats_lose_nothing(samples: pcm.Samples) -> None:
    assert np.array_equal(pcm.to_samples(pcm.to_bytes(samples)), samples)
    assert np.array_equal(pcm.to_int16(pcm.to_float(samples)), samples)


def test_bytes_are_little_endian() -> None:
    assert pcm.to_bytes(np.array([1, -2], dtype=np.int16)) == b"\x01\x00\xfe\xff"


def test_odd_number_of_bytes_is_refused() -> None:
    with pytest.raises(InvalidError) as caught:
        pcm.to_samples(b"abc")
    assert caught.value.code == "pcm_odd_bytes"


def test_floats_beyond_full_scale_are_clipped() -> None:
    assert pcm.to_int16(np.array([2.0, -2.0, 1.0])).tolist() == [32767, -32768, 32767]


def test_levels() -> None:
    full = np.tile(np.array([32767, -32768], dtype=np.int16), 500)
    assert pcm.level_dbfs(full) == pytest.approx(0, abs=0.001)
    assert pcm.level_dbfs((full // 10).astype(np.int16)) == pytest.approx(-20, abs=0.01)
    assert pcm.peak_dbfs(full) == 0
    nothing = np.zeros(0, dtype=np.int16)
    assert pcm.level_dbfs(nothing) == pcm.peak_dbfs(nothing) == pcm.SILENCE_DBFS
    assert pcm.level_dbfs(np.zeros(9, dtype=np.int16)) == pcm.SILENCE_DBFS


def test_digital_silence() -> None:
    assert pcm.is_digital_silence(np.zeros(320, dtype=np.int16))
    alaw_silence = np.full(320, -8, dtype=np.int16)
    assert not pcm.is_digital_silence(alaw_silence)
    assert pcm.is_digital_silence(alaw_silence, tolerance=8)
    assert not pcm.is_digital_silence(np.array([-32768], dtype=np.int16), tolerance=8)


def test_durations() -> None:
    assert pcm.samples_in(20) == pcm.FRAME_SAMPLES == 320
    assert pcm.milliseconds_of(16_000) == 1000


@given(st.lists(st.binary(max_size=1500), max_size=10))
def test_framer_keeps_every_byte_in_order(chunks: list[bytes]) -> None:
    framer = pcm.Framer()
    blocks = [block for chunk in chunks for block in framer.feed(chunk)]
    last = framer.flush()
    whole = b"".join(chunks)
    joined = b"".join(blocks) + (last or b"")
    assert all(len(block) == pcm.FRAME_BYTES for block in [*blocks, *filter(None, [last])])
    assert joined.startswith(whole)
    assert not any(joined[len(whole) :])
    assert len(joined) - len(whole) < pcm.FRAME_BYTES
    assert framer.flush() is None
