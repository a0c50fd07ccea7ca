import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from viva.testkit.candidate.loudspeaker import Loudspeaker, Played, Stopped, Utterance
from viva.testkit.candidate.microphone import Echo, Microphone, voiced_end
from viva.testkit.candidate.script import (
    AnswerBook,
    Pause,
    Say,
    answers_of,
    hesitate,
    speak_freely,
)


def tone(count: int, level: float = 8000.0) -> np.ndarray:
    return (level * np.sin(np.arange(count) * 0.2)).astype(np.int16)


def play(loudspeaker: Loudspeaker, ticks: int, position: int = 0) -> list[Played | Stopped]:
    for tick in range(ticks):
        loudspeaker.play(position + tick * 320, 320)
    return loudspeaker.take_reports()


@given(st.lists(st.integers(1, 9000), min_size=1, max_size=5))
def test_played_runs_cover_each_utterance_once_and_in_order(lengths: list[int]) -> None:
    loudspeaker = Loudspeaker()
    for number, length in enumerate(lengths, start=1):
        loudspeaker.add(Utterance(number, "", tone(length)))
    reports = play(loudspeaker, sum(lengths) // 320 + 2)
    for number, length in enumerate(lengths, start=1):
        runs = [r for r in reports if isinstance(r, Played) and r.utterance == number]
        assert [run.offset for run in runs] == list(
            np.cumsum([0, *(run.count for run in runs[:-1])])
        )
        assert sum(run.count for run in runs) == length
        assert [r.heard for r in reports if isinstance(r, Stopped) and r.utterance == number] == [
            length
        ]
    assert loudspeaker.idle


def test_a_flush_stops_at_once_and_says_what_was_heard() -> None:
    loudspeaker = Loudspeaker()
    loudspeaker.add(Utterance(7, "", tone(16_000)))
    play(loudspeaker, 10)
    loudspeaker.flush(7, 3200)
    reports = loudspeaker.take_reports()
    assert reports[-1] == Stopped(7, 3200, 3200)
    assert not loudspeaker.play(3200, 320).any()


def test_a_known_utterance_is_not_played_twice() -> None:
    loudspeaker = Loudspeaker()
    loudspeaker.add(Utterance(1, "", tone(320)))
    play(loudspeaker, 2)
    loudspeaker.add(Utterance(1, "", tone(320)))
    assert loudspeaker.idle


def test_the_microphone_says_when_a_piece_ended() -> None:
    microphone = Microphone()
    ends: list[int] = []
    microphone.speak(tone(1000), ends.append)
    for tick in range(5):
        microphone.capture(tick * 320, np.zeros(320, np.int16))
    assert ends == [1000]


def test_a_real_microphone_is_never_digitally_silent() -> None:
    assert Microphone().capture(0, np.zeros(320, np.int16)).any()


def test_the_echo_comes_back_late_and_quieter() -> None:
    echo = Echo(delay_ms=100, gain=0.5, drift_ppm=0)
    click = np.zeros(320, np.int16)
    click[0] = 10_000
    heard = [echo.feed(click)] + [echo.feed(np.zeros(320, np.int16)) for _ in range(20)]
    line = np.concatenate(heard)
    assert int(np.argmax(line)) == 1600
    assert line.max() == 5000


def test_voiced_end_finds_the_last_loud_window() -> None:
    assert voiced_end(np.concatenate([tone(1600), np.zeros(1600, np.int16)])) == 1600
    assert voiced_end(np.zeros(1600, np.int16)) == 0


def test_hesitation_pauses_between_clauses_only() -> None:
    shaped = hesitate((Say("One, two. Three"),), (500, 900))
    assert shaped == (Say("One,"), Pause(500), Say("two."), Pause(900), Say("Three"))


def test_the_book_goes_on_when_its_answers_are_used_up() -> None:
    book = AnswerBook(pool=answers_of(["a"]), by_question={"q": answers_of(["b"])})
    assert [book.next("q"), book.next("other")] == [(Say("b"),), (Say("a"),)]
    assert book.next("q") == book.next("other")


def test_speaking_freely_pauses_within_clauses_and_keeps_every_word() -> None:
    text = "On Friday I called her back, and I wrote down what we had learned."
    spoken = speak_freely((Say(text),))
    said = " ".join(piece.text for piece in spoken if isinstance(piece, Say)).split()
    assert isinstance(spoken[0], Say)
    assert isinstance(spoken[-1], Say)
    assert sum(isinstance(piece, Pause) for piece in spoken) >= 3
    assert [word for word in text.split() if word not in said] == []
    assert "um," in said
