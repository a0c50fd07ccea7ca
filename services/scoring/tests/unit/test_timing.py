import pytest

from viva.scoring.domain.model import Answer, Span, SpokenWord
from viva.scoring.domain.timing import syllables, timing_of
from viva.scoring.domain.tokens import tokens_of


def answer(**changes: object) -> Answer:
    words = tuple(
        SpokenWord(text, Span(start, start + 400))
        for text, start in (("good", 0), ("morning", 450), ("every", 1_500), ("body", 2_000))
    )
    fields: dict[str, object] = {
        "answer_id": "a",
        "revision": 1,
        "question_id": "q",
        "question_text": "",
        "words": words,
        "speech": (Span(0, 900), Span(1_000, 1_200), Span(1_500, 2_400)),
        **changes,
    }
    return Answer(**fields)  # type: ignore[arg-type]


def timing(one: Answer) -> dict[str, float]:
    return timing_of(one, tokens_of(one)).features()


def test_short_silences_belong_to_speech() -> None:
    found = timing_of(answer(), tokens_of(answer()))
    assert found.phonation_ms == 2_100
    assert found.pauses_ms == (300,)
    assert found.runs == 2


def test_features_are_ratios() -> None:
    features = timing(answer())
    assert features["phonation_time_ratio"] == 2_100 / 2_400
    assert features["pauses_per_minute"] == 60_000 / 2_100  # of speech
    assert features["mean_pause_s"] == 0.3
    assert features["mean_run_syllables"] == 4  # good mor-ning ev-e-ry bo-dy, two runs


def test_a_pause_in_which_somebody_else_speaks_is_none() -> None:
    assert timing(answer(interviewer=(Span(1_300, 1_400),)))["pauses_per_minute"] == 0


def test_another_voice_is_taken_out() -> None:
    words = (*answer().words, SpokenWord("no", Span(1_000, 1_200), dropped=True))
    found = timing_of(answer(words=words), tokens_of(answer(words=words)))
    assert found.phonation_ms == 1_800
    assert found.pauses_ms == ()


def test_a_typed_answer_has_no_timing() -> None:
    assert timing(answer(typed=True)) == {}


def test_broken_times_do_no_harm() -> None:
    words = (SpokenWord("well", Span(900, 100)),)
    assert timing(answer(words=words, speech=(Span(500, 100),))) == {}


def test_syllables() -> None:
    words = ("cat", "table", "implemented", "called", "robin", "queue", "50", "i")
    assert [syllables(word) for word in words] == [1, 2, 4, 1, 2, 1, 4, 1]


def test_syllables_are_heard_where_they_were_listened_for() -> None:
    heard = timing(answer(syllables_ms=(100, 300, 500, 900, 1_600, 2_100)))
    assert heard["syllable_rate"] == 5 / 2.0
    spelled = timing(answer())
    assert spelled["syllable_rate"] == 8 / 2.4


def test_words_that_nobody_heard_make_no_speech_fast() -> None:
    few = timing(answer(syllables_ms=(100, 2_100)))
    assert few["articulation_rate"] == 3 / 2.1
    enough = timing(answer(syllables_ms=tuple(range(0, 2_400, 300))))
    assert enough["articulation_rate"] == 8 / 2.1


def test_somebody_elses_syllables_are_not_counted() -> None:
    words = (*answer().words, SpokenWord("no", Span(1_000, 1_200), dropped=True))
    heard = timing(answer(words=words, syllables_ms=(300, 700, 1_100, 1_600, 2_000)))
    assert heard["syllable_rate"] == 2 / 0.8  # 300-700 and 1600-2000


@pytest.mark.parametrize(
    ("said", "times"),
    [
        ("i was i was late", 1),
        ("the the the plan", 2),
        ("we had to we had to stop", 1),
        ("it was very very good", 0),
        ("no no no", 0),
        ("um i um i think", 1),
        ("one two three", 0),
    ],
)
def test_repeats_and_restarts(said: str, times: int) -> None:
    words = tuple(SpokenWord(w, Span(n * 300, n * 300 + 250)) for n, w in enumerate(said.split()))
    one = answer(words=words, speech=(Span(0, 300 * len(words)),))
    assert timing_of(one, tokens_of(one)).repetitions == times
