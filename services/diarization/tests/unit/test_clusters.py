from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from viva.diarization.adapters.models import window_clusterer
from viva.diarization.application.clusters import group
from viva.diarization.application.ports import Embeddings
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


def apart(count: int) -> list[Span]:
    """Windows that share no speech."""
    return line(count, step_ms=2000)


def line(count: int, step_ms: int = 750) -> list[Span]:
    return [Span(i * step_ms, i * step_ms + 1500) for i in range(count)]


@pytest.mark.parametrize("grouping", ["average_linkage", "nme_sc"])
@pytest.mark.parametrize("count", [1, 2, 3, 20])
def test_one_voice_stays_one(count: int, grouping: str) -> None:
    found = group(voice(0, count), line(count), WIDE, window_clusterer(grouping))
    assert found == [0] * count


@pytest.mark.parametrize("grouping", ["average_linkage", "nme_sc"])
def test_two_voices_are_told_apart(grouping: str) -> None:
    embeddings = np.concatenate([voice(0, 12), voice(1, 12)])
    found = group(embeddings, apart(24), WIDE, window_clusterer(grouping))
    assert found == [0] * 12 + [1] * 12
    assert found == group(embeddings, apart(24), WIDE, window_clusterer(grouping))


def test_a_second_voice_that_speaks_once_is_found() -> None:
    embeddings = np.concatenate([voice(0, 12), voice(1, 3), voice(0, 5)])
    assert group(embeddings, apart(20), WIDE) == [0] * 12 + [1] * 3 + [0] * 5


def test_a_blip_is_no_voice() -> None:
    embeddings = np.concatenate([voice(0, 12), voice(1, 1), voice(0, 7)])
    windows = apart(20)
    windows[12] = Span(windows[12].start_ms, windows[12].start_ms + 900)
    assert set(group(embeddings, windows, WIDE)) == {0}


def test_a_sentence_that_linkage_gave_to_another_voice_is_parted_from_it() -> None:
    def one_voice(embeddings: Embeddings, windows: Sequence[Span], same_voice: float) -> list[int]:
        return [1] * len(windows)

    embeddings = np.concatenate([voice(0, 12), voice(1, 2), voice(0, 5)])
    assert group(embeddings, apart(19), WIDE, one_voice) == [0] * 12 + [1] * 2 + [0] * 5


def test_groups_that_are_likely_one_voice_are_joined() -> None:
    def each(embeddings: Embeddings, windows: Sequence[Span], same_voice: float) -> list[int]:
        return list(range(len(windows)))

    embeddings = np.concatenate([voice(0, 8), voice(1, 6)])
    assert group(embeddings, apart(14), WIDE, each) == [0] * 8 + [1] * 6


def test_a_short_window_joins_the_voice_that_it_is_nearest_to() -> None:
    embeddings = np.concatenate([voice(0, 4), voice(1, 4), voice(0, 1)])
    windows = apart(9)
    windows[8] = Span(windows[8].start_ms, windows[8].start_ms + 500)
    assert group(embeddings, windows, WIDE) == [0] * 4 + [1] * 4 + [0]


def test_short_windows_alone_are_one_voice() -> None:
    windows = [Span(i * 1000, i * 1000 + 500) for i in range(3)]
    assert group(np.concatenate([voice(0, 2), voice(1, 1)]), windows, WIDE) == [0, 0, 0]


def test_labels_count_from_zero_in_order_of_appearance() -> None:
    embeddings = np.concatenate([voice(2, 6), voice(1, 6), voice(0, 6)])
    assert group(embeddings, apart(18), WIDE) == [0] * 6 + [1] * 6 + [2] * 6
