import pytest

from viva.fraud.application.assess import assess_answer
from viva.fraud.domain.fluency import manner_of
from viva.fraud.domain.model import Answer, Kind, Span, SpokenWord
from viva.fraud.domain.reading import of_interview

SPONTANEOUS = (
    "Well I | I studied in um | a small town and then, | you know I moved to the | the city "
    "because I uh | found a job | there in a | in a shop, and I learned | a lot from from my | "
    "first boss."
)
READ = (
    "In my previous position I was responsible for the quarterly report, | which was presented to "
    "the board. | I collected the figures from all departments, | verified each of them, | and "
    "prepared a summary of the results. | As a consequence, | the board approved the budget | "
    "because the figures were complete."
)


def spoken(text: str, *, slow: bool = False, **changes: object) -> Answer:
    """A bar is a pause; spontaneous speech changes its pace from run to run where `slow` is set."""
    words: list[SpokenWord] = []
    at = run = 0
    for piece in text.split():
        if piece == "|":
            at += 500
            run += 1
            continue
        length = 40 * len(piece) + 120
        if slow and run % 2:
            length *= 2
        words.append(SpokenWord(piece, Span(at, at + length)))
        at += length + 20
    fields: dict[str, object] = {
        "answer_id": "ans_1",
        "revision": 1,
        "words": tuple(words),
        **changes,
    }
    return Answer(**fields)  # type: ignore[arg-type]


WARM_UP = spoken(SPONTANEOUS, slow=True, answer_id="ans_0", warm_up=True)


def test_manner_counts_pauses_and_repairs() -> None:
    told, read = manner_of(WARM_UP, 250), manner_of(spoken(READ), 250)
    assert told.boundary_share < 0.5 < read.boundary_share
    assert told.unsteadiness > read.unsteadiness
    assert told.repairs >= 5
    assert read.repairs == 0


def test_reading_stands_out_against_the_own_warm_up() -> None:
    signal = of_interview([WARM_UP, spoken(READ), spoken(READ, answer_id="ans_2")])
    assert signal.flagged
    assert signal.evidence[0].answer_id == "ans_1"
    assert "in the warm-up" in signal.explanation
    assert {"answers_boundary_pauses", "warm_up_repairs"} <= {f.name for f in signal.features}


def test_one_who_speaks_like_that_anyway_is_not_flagged() -> None:
    careful = spoken(READ, answer_id="ans_0", warm_up=True)
    signal = of_interview([careful, spoken(READ), spoken(READ, answer_id="ans_2")])
    assert signal.score == 0
    assert not signal.flagged


def test_spontaneous_answers_are_not_flagged() -> None:
    answers = [WARM_UP, *(spoken(SPONTANEOUS, slow=True, answer_id=f"ans_{n}") for n in (1, 2))]
    assert of_interview(answers).score == 0


@pytest.mark.parametrize(
    "answers",
    [
        [],
        [spoken(READ), spoken(READ)],
        [spoken("Hello there.", warm_up=True), spoken(READ), spoken(READ)],
        [WARM_UP, spoken("I read this.")],
        [WARM_UP, spoken(READ, typed=True)],
        [WARM_UP, spoken("")],
    ],
)
def test_too_little_to_compare_gives_no_score(answers: list[Answer]) -> None:
    signal = of_interview(answers)
    assert signal.score is None
    assert not signal.flagged
    assert signal.explanation


def test_an_answer_by_itself_is_never_called_read() -> None:
    signals = {signal.kind: signal for signal in assess_answer(spoken(READ))}
    reading = signals[Kind.READING_DETECTED]
    assert reading.score is None
    assert reading.features


def test_a_pause_that_another_voice_fills_is_none() -> None:
    text = "one two | three four"
    assert manner_of(spoken(text), 250).pauses == 1
    gap = spoken(text).words[1].span.end_ms
    assert manner_of(spoken(text, interviewer=(Span(gap, gap + 400),)), 250).pauses == 0


def test_voice_within_a_gap_is_no_pause() -> None:
    text = "one two | three four"
    gap = spoken(text).words[1].span.end_ms
    assert manner_of(spoken(text, speech=(Span(0, gap + 400),)), 250).pauses == 0
