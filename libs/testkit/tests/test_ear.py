"""Questions known by their sound, over a line that is narrow, noisy and breaks off."""

import numpy as np
import pytest

from viva.audio.g711 import decode_mulaw, encode_mulaw
from viva.audio.resample import resample
from viva.testkit.candidate.script import SAMPLE_RATE_HZ, Samples
from viva.testkit.phone.ear import Ear

SECOND = SAMPLE_RATE_HZ
SILENCE = np.zeros(SECOND, np.int16)


def sound(seed: int, seconds: float) -> Samples:
    """As different from others as sentences are, below 2 kHz as most of speech is."""
    noise = np.random.default_rng(seed).standard_normal(int(seconds * 4_000)) * 3_000
    return resample(noise.astype(np.int16), 4_000, SAMPLE_RATE_HZ)


QUESTIONS = {"one": sound(1, 1.0), "two": sound(2, 2.5), "three": sound(3, 3.0)}


def by_telephone(*parts: Samples) -> Samples:
    narrow = resample(np.concatenate(parts), SAMPLE_RATE_HZ, 8_000)
    heard = resample(decode_mulaw(encode_mulaw(narrow)), 8_000, SAMPLE_RATE_HZ)
    return heard + np.random.default_rng(9).integers(-40, 40, len(heard), np.int16)


@pytest.fixture(scope="module")
def ear() -> Ear:
    return Ear(QUESTIONS)


@pytest.mark.parametrize("asked", QUESTIONS)
def test_a_question_is_understood_after_another_sentence(ear: Ear, asked: str) -> None:
    heard = by_telephone(sound(7, 0.8), SILENCE[:5_000], QUESTIONS[asked], SILENCE)
    assert ear.understood(heard) == asked


def test_a_gap_within_a_question_does_no_harm(ear: Ear) -> None:
    question = QUESTIONS["three"]
    heard = by_telephone(question[:SECOND], SILENCE, question[SECOND:], SILENCE)
    assert ear.understood(heard) == "three"


@pytest.mark.parametrize("asked", ["two", "three"])
def test_a_question_is_understood_with_one_packet_in_twenty_lost(ear: Ear, asked: str) -> None:
    heard = by_telephone(QUESTIONS[asked], SILENCE)
    for first in range(0, len(heard), 20 * 320):
        heard[first : first + 320] = 0
    assert ear.understood(heard) == asked


def test_a_question_is_understood_where_the_line_shifts_it_all_the_time(ear: Ear) -> None:
    heard = by_telephone(QUESTIONS["three"], SILENCE)
    for first in range(0, 3 * SECOND, 9 * 320):
        heard[first:] = np.roll(heard[first:], 320)
        heard[first : first + 320] = 0
    assert ear.understood(heard) == "three"


def test_a_question_that_was_broken_off_was_not_asked(ear: Ear) -> None:
    assert ear.understood(by_telephone(QUESTIONS["three"][: 2 * SECOND], SILENCE)) is None


def test_what_lies_long_back_is_forgotten(ear: Ear) -> None:
    heard = by_telephone(QUESTIONS["two"], *[SILENCE] * 13)
    assert ear.understood(heard) is None


@pytest.mark.parametrize("heard", [sound(7, 2.0), SILENCE, SILENCE[:320], SILENCE[:0]])
def test_nothing_else_is_understood(ear: Ear, heard: Samples) -> None:
    assert ear.understood(heard) is None
