import numpy as np
import pytest
from numpy.typing import NDArray

from viva.diarization.application.clusters import mend
from viva.diarization.domain.model import Channel, Span
from viva.diarization.domain.roles import SETTINGS

WIDE = SETTINGS[Channel.WIDE]
SIZE = 64


def voice(number: int, windows: int, spread: float = 0.6) -> NDArray[np.float32]:
    """Windows of one voice: a direction of its own, and some noise."""
    noise = np.random.default_rng(number).normal(size=(windows, SIZE)) / SIZE**0.5
    vectors = spread * noise
    vectors[:, number] += 1
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def line(count: int, step_ms: int = 750) -> list[Span]:
    return [Span(i * step_ms, i * step_ms + 1500) for i in range(count)]


def test_one_voice_stays_one() -> None:
    assert mend(voice(0, 20), line(20), [0] * 20, WIDE) == [0] * 20


def test_one_voice_torn_apart_is_joined() -> None:
    assert mend(voice(0, 20), line(20), [0, 1] * 10, WIDE) == [0] * 20


def test_a_short_second_voice_that_was_overlooked_is_found() -> None:
    embeddings = np.concatenate([voice(0, 12), voice(1, 3), voice(0, 5)])
    assert mend(embeddings, line(20), [0] * 20, WIDE) == [0] * 12 + [1] * 3 + [0] * 5


def test_a_blip_is_no_voice() -> None:
    embeddings = np.concatenate([voice(0, 12), voice(1, 1), voice(0, 7)])
    windows = line(20)
    windows[12] = Span(windows[12].start_ms, windows[12].start_ms + 500)
    assert len(set(mend(embeddings, windows, [0] * 12 + [1] + [0] * 7, WIDE))) == 1


def test_labels_count_from_zero_in_order_of_appearance() -> None:
    embeddings = np.concatenate([voice(2, 6), voice(1, 6), voice(0, 6)])
    assert mend(embeddings, line(18), [7] * 6 + [3] * 6 + [5] * 6, WIDE) == (
        [0] * 6 + [1] * 6 + [2] * 6
    )


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_windows(count: int) -> None:
    assert mend(voice(0, count), line(count), [0] * count, WIDE) == [0] * count
