"""A person or a machine, told by the first seconds alone."""

import numpy as np
import pytest

from viva.audio.pcm import FRAME_SAMPLES, to_bytes
from viva.telephony.application.ports import Frame
from viva.telephony.application.screening import Screening, Taker

SPEECH, QUIET = 3000.0, 12.0


def taker_of(*parts: tuple[float, int]) -> tuple[Taker | None, int]:
    """Who it is after these (loudness, milliseconds), and when that is clear."""
    screening, generator = Screening(), np.random.default_rng(1)
    at_ms = 0
    for loudness, length_ms in parts:
        for _ in range(length_ms // 20):
            at_ms += 20
            noise = generator.normal(scale=loudness, size=FRAME_SAMPLES).astype(np.int16)
            if taker := screening.hear(Frame(0, to_bytes(noise))):
                return taker, at_ms
    return None, at_ms


def test_who_says_hello_and_waits_is_a_person() -> None:
    taker, at_ms = taker_of((QUIET, 400), (SPEECH, 500), (QUIET, 2000))
    assert taker is Taker.PERSON
    assert at_ms < 1600


def test_who_says_nothing_is_spoken_to() -> None:
    assert taker_of((QUIET, 3000)) == (Taker.PERSON, 1300)


@pytest.mark.parametrize("breath_ms", [0, 300])
def test_who_speaks_on_and_on_is_a_recording(breath_ms: int) -> None:
    greeting = [(SPEECH, 1200), (QUIET, breath_ms), (SPEECH, 2500)]
    taker, at_ms = taker_of((QUIET, 300), *greeting)
    assert taker is Taker.MACHINE
    assert at_ms < 3500


def test_a_longer_greeting_of_a_person_is_one() -> None:
    assert taker_of((SPEECH, 1900), (QUIET, 1400))[0] is Taker.PERSON


def test_a_recording_that_takes_breath_between_sentences_is_one() -> None:
    sentences = [(SPEECH, 2100), (QUIET, 700), (SPEECH, 1500)]
    assert taker_of((QUIET, 500), *sentences)[0] is Taker.MACHINE


def test_a_beep_is_a_machine_at_once() -> None:
    beep = 6000 * np.sin(2 * np.pi * 1000 * np.arange(FRAME_SAMPLES * 20) / 16_000)
    screening = Screening()
    frames = [*beep.reshape(20, -1), *np.zeros((5, FRAME_SAMPLES))]
    takers = [screening.hear(Frame(0, to_bytes(frame.astype(np.int16)))) for frame in frames]
    assert takers[:20] == [None] * 20
    assert Taker.MACHINE in takers


def test_a_line_that_is_held_up_says_nothing_of_who_is_there() -> None:
    screening, generator = Screening(), np.random.default_rng(1)
    loud = to_bytes(generator.normal(scale=SPEECH, size=FRAME_SAMPLES).astype(np.int16))
    held_up = Frame(0, bytes(2 * 5 * FRAME_SAMPLES), missing=True)
    greeting = [Frame(0, loud)] * 60 + [held_up] * 15 + [Frame(0, loud)] * 80
    takers = [taker for frame in greeting if (taker := screening.hear(frame))]
    assert takers[0] is Taker.MACHINE


def test_a_muted_telephone_that_sends_nothing_is_a_person() -> None:
    screening, nothing = Screening(), Frame(0, bytes(2 * 5 * FRAME_SAMPLES), missing=True)
    takers = [screening.hear(nothing) for _ in range(40)]
    assert takers[:20] == [None] * 20
    assert Taker.PERSON in takers
