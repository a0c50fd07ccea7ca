import numpy as np
from numpy.typing import NDArray

from viva.diarization.application.least_alike import NOTHING, Reference, least_alike
from viva.diarization.domain.model import Channel, Span
from viva.diarization.domain.roles import SETTINGS

LIKELIHOOD = SETTINGS[Channel.WIDE].likelihood
OWN, OTHER, ECHO = "candidate", "other-1", "interviewer"


def voice(number: int, windows: int) -> NDArray[np.float32]:
    noise = np.random.default_rng(number).normal(size=(windows, 64)) * 0.1
    noise[:, number] += 1
    return np.asarray(noise / np.linalg.norm(noise, axis=1, keepdims=True), dtype=np.float32)


def apart(count: int) -> list[Span]:
    return [Span(i * 2000, i * 2000 + 1500) for i in range(count)]


def test_one_voice_is_everywhere_likely() -> None:
    found = least_alike(apart(8), [OWN] * 8, voice(0, 8), NOTHING, LIKELIHOOD)
    assert found is not None
    assert found.candidate_llr > 0


def test_a_sentence_of_another_is_found_though_grouping_overlooked_it() -> None:
    embeddings = np.concatenate([voice(0, 5), voice(1, 2), voice(0, 3)])
    found = least_alike(apart(10), [OWN] * 10, embeddings, NOTHING, LIKELIHOOD)
    assert found is not None
    assert found.span == Span(10_000, 13_500)
    assert found.candidate_llr < -5


def test_a_whole_answer_is_compared_with_the_answers_before() -> None:
    before = Reference(voice(0, 10).sum(axis=0), 15_000)
    found = least_alike(apart(4), [OTHER] * 4, voice(1, 4), before, LIKELIHOOD)
    assert found is not None
    assert found.candidate_llr < -5
    same = least_alike(apart(4), [OWN] * 4, voice(0, 4), before, LIKELIHOOD)
    assert same is not None
    assert same.candidate_llr > 0


def test_the_interviewers_echo_is_left_out() -> None:
    embeddings = np.concatenate([voice(0, 5), voice(1, 2)])
    labels = [OWN] * 5 + [ECHO] * 2
    found = least_alike(apart(7), labels, embeddings, NOTHING, LIKELIHOOD)
    assert found is not None
    assert found.candidate_llr > 0


def test_without_anything_to_compare_with_nothing_is_said() -> None:
    nothing = np.zeros((0, 64), dtype=np.float32)
    assert least_alike([], [], nothing, NOTHING, LIKELIHOOD) is None
    assert least_alike(apart(1), [OWN], voice(0, 1), NOTHING, LIKELIHOOD) is None
    assert least_alike(apart(2), [OTHER] * 2, voice(1, 2), NOTHING, LIKELIHOOD) is None
