"""The person on the telephone, frame by frame: answers what was asked, whatever the line does."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from viva.audio.pcm import FRAME_SAMPLES, to_bytes
from viva.audio.resample import resample
from viva.testkit.candidate.script import SAMPLE_RATE_HZ, Samples, Say
from viva.testkit.candidate.voice import Voice
from viva.testkit.phone import person
from viva.testkit.phone.ear import CONSENT, Ear
from viva.testkit.phone.person import Consent, PhoneCandidate, PhoneHabits


def sound(seed: int, seconds: float) -> Samples:
    """Below 2 kHz as most of speech is; loud to its end."""
    noise = np.random.default_rng(seed).standard_normal(int(seconds * 4_000)) * 3_000
    return resample(noise.astype(np.int16), 4_000, SAMPLE_RATE_HZ)


ASKED = {CONSENT: sound(1, 2.0), "customer": sound(2, 2.0), "problem": sound(3, 2.5)}
ACKNOWLEDGED = sound(4, 0.6)
ANSWERS = {"customer": sound(5, 4.0), "problem": sound(6, 6.0)}


def silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * SAMPLE_RATE_HZ), np.int16)


@dataclass
class Call:
    """One call, with the test at its other end."""

    person: PhoneCandidate
    keys: str = ""
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.handset = self.person.pick_up()

    def play(self, *parts: Samples) -> list[str]:
        """Gives what the person noted meanwhile, without the time."""
        before = len(self.person.report.lines)
        whole = np.concatenate(parts)
        for at in range(0, len(whole) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
            if self.handset.hung_up:
                break
            self.handset.capture()
            self.handset.hear(to_bytes(whole[at : at + FRAME_SAMPLES]))
            self.keys += self.handset.take_keys()
        return [text.split(": ", 1)[1] for _, text in self.person.report.lines[before:]]


def somebody(habits: PhoneHabits | None = None) -> PhoneCandidate:
    def nobody_speaks_live() -> None:
        raise AssertionError

    voice = Voice(nobody_speaks_live)  # type: ignore[arg-type]
    answers = {key: (Say(key.upper(), said),) for key, said in ANSWERS.items()}
    return PhoneCandidate(voice, answers, Ear(ASKED), habits or PhoneHabits(greets=False))


def test_who_is_asked_for_consent_presses_a_key() -> None:
    call = Call(somebody())
    assert call.play(sound(9, 3.0), ASKED[CONSENT], silence(2)) == [CONSENT, "key"]
    assert call.keys == "1"


@pytest.mark.parametrize("gap_s", [0.3, 1.5, 3.0])
def test_an_acknowledgement_is_no_question_however_long_the_gap_after_it(gap_s: float) -> None:
    call = Call(somebody())
    noted = call.play(ACKNOWLEDGED, silence(gap_s), ASKED["problem"], silence(7))
    assert [text for text in noted if text != "(not understood)"] == ["problem", "PROBLEM"]


def test_a_question_that_was_asked_over_an_answer_is_answered_after_it() -> None:
    call = Call(somebody())
    call.play(ASKED["customer"], silence(1.3))
    assert call.play(silence(0.5), ASKED["problem"], silence(4)) == ["problem", "PROBLEM"]


def test_a_word_over_an_answer_is_waited_for_from_the_answers_end_on() -> None:
    call = Call(somebody())
    call.play(ASKED["problem"], silence(1.3))
    assert call.play(ACKNOWLEDGED, silence(5.4 + 4.0)) == ["(not understood)"]


def test_a_question_broken_off_is_not_answered_but_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("viva.testkit.phone.person.PARDON", Say("PARDON", sound(8, 1.0)))
    call = Call(somebody())
    half = ASKED["problem"][: len(ASKED["problem"]) // 2]
    assert call.play(half, silence(6.5)) == ["(not understood)", "PARDON"]
    assert call.play(ASKED["problem"], silence(2)) == ["problem", "PROBLEM"]


def test_a_line_drops_once_and_in_the_middle_of_its_answer() -> None:
    person = somebody(PhoneHabits(hangs_up_at="customer", greets=False))
    first = Call(person)
    noted = first.play(ASKED["customer"], silence(8))
    assert noted == ["customer", "CUSTOMER", "(the line drops)"]
    assert first.handset.hung_up
    begun = len(ASKED["customer"]) / SAMPLE_RATE_HZ + 1.2
    assert person.position / SAMPLE_RATE_HZ == pytest.approx(begun + 2.0, abs=0.3)
    again = Call(person)
    assert again.play(ASKED["customer"], silence(8)) == ["customer", "CUSTOMER"]
    assert not again.handset.hung_up


def test_a_reply_is_noted_with_its_delay() -> None:
    call = Call(somebody())
    call.play(ASKED["customer"], silence(1.3 + 4.0 + 1.0), ACKNOWLEDGED)
    (turn,) = call.person.report.turns
    assert turn.question_id == "customer"
    assert turn.latency_ms == pytest.approx(1_000, abs=300)


def test_a_key_is_pressed_once_in_place_of_an_answer() -> None:
    call = Call(somebody(PhoneHabits(presses={"customer": "*"}, greets=False)))
    assert call.play(ASKED["customer"], silence(1.3)) == ["customer", "(presses *)"]
    assert call.keys == "*"
    assert call.play(ASKED["customer"], silence(1.3)) == ["customer", "CUSTOMER"]
    assert call.keys == "*"


def test_consent_is_refused_aloud_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(person._ALOUD, Consent.REFUSED_ALOUD, Say("NO", sound(9, 1.0)))
    call = Call(somebody(PhoneHabits(Consent.REFUSED_ALOUD, greets=False)))
    assert call.play(ASKED[CONSENT], silence(1.3)) == [CONSENT, "refused_aloud"]
    assert call.keys == ""
