import pytest

from viva.fraud.application.assess import assess_answer
from viva.fraud.domain.manner import manner_of
from viva.fraud.domain.model import Answer, Kind, Span, SpokenWord
from viva.fraud.domain.reading import of_each, of_interview

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
    assert (told.repairs, told.fillers) == (3, 2)
    assert (read.repairs, read.fillers) == (0, 0)


@pytest.mark.parametrize("text", ["Um.", "Um | uh .", "...", "我 在 商店 工作"])
def test_an_answer_without_a_word_that_carries_meaning_has_no_manner(text: str) -> None:
    answer = spoken(text)
    assert manner_of(answer, 250).words == 0
    assert assess_answer(answer)
    signal = of_interview([WARM_UP, answer])
    assert signal.score is None
    assert not signal.flagged


def test_reading_stands_out_against_the_own_warm_up() -> None:
    signal = of_interview([WARM_UP, spoken(READ), spoken(READ, answer_id="ans_2")])
    assert signal.flagged
    assert signal.evidence[0].answer_id == "ans_1"
    assert "in the warm-up" in signal.explanation
    assert {"answers_boundary_pauses", "warm_up_repairs"} <= {f.name for f in signal.features}


def test_one_who_speaks_like_that_anyway_is_not_flagged() -> None:
    careful = spoken(READ, answer_id="ans_0", warm_up=True)
    signal = of_interview([careful, spoken(READ), spoken(READ, answer_id="ans_2")])
    assert signal.score == pytest.approx(0, abs=0.1)
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
    assert len(manner_of(spoken(text), 250).pauses) == 1
    gap = spoken(text).words[1].span.end_ms
    assert manner_of(spoken(text, interviewer=(Span(gap, gap + 400),)), 250).pauses == ()


def test_voice_within_a_gap_is_no_pause() -> None:
    text = "one two | three four"
    gap = spoken(text).words[1].span.end_ms
    assert manner_of(spoken(text, speech=(Span(0, gap + 600),)), 250).pauses == ()


@pytest.mark.parametrize(
    "written",
    [
        "On Friday I | UMM called her",
        "On Friday I .I .U .M. | called her",
        "On Friday, I -UMP. | Called her",
        "On Friday. I I. | Called her",
    ],
)
def test_a_hesitation_is_one_however_recognition_writes_it(written: str) -> None:
    (pause,) = manner_of(spoken(written), 250).pauses
    assert not pause.at_boundary
    assert manner_of(spoken(written), 250).repairs_per_100_words > 0


@pytest.mark.parametrize(
    ("written", "at_boundary"),
    [
        ("we fixed the. | Server today", False),
        ("because my. | Boss was away", False),
        ("we fixed the server | and it worked", True),
        ("we fixed the server, | everything worked", True),
        ("we fixed the server | yesterday evening", False),
        ("he was very very | tired", False),
    ],
)
def test_words_tell_where_a_pause_falls(written: str, at_boundary: bool) -> None:
    (pause,) = manner_of(spoken(written), 250).pauses
    assert pause.at_boundary is at_boundary


def test_fillers_that_are_only_heard_count_once() -> None:
    answer = spoken("we fixed | the server umm today")
    pause, filler = answer.words[1].span.end_ms, answer.words[4].span
    heard = (Span(pause + 50, pause + 400), Span(filler.start_ms, filler.end_ms))
    alike = spoken("we fixed | the server umm today", filled_pauses=heard)
    assert (manner_of(answer, 250).fillers, manner_of(alike, 250).fillers) == (1, 2)
    by_another = spoken("we fixed | the server", filled_pauses=heard[:1], other_turns=heard[:1])
    assert manner_of(by_another, 250).fillers == 0


def test_voice_activity_tells_where_the_pause_is() -> None:
    """A recognizer stretches a word over the silence before it."""
    words = tuple(
        SpokenWord(text, Span(start, end))
        for text, start, end in (
            ("we", 0, 200),
            ("fixed", 200, 600),
            ("it", 600, 800),
            ("and", 800, 1700),
        )
    )
    answer = Answer("ans_1", 1, words, speech=(Span(0, 820), Span(1400, 1800)))
    (pause,) = manner_of(answer, 250).pauses
    assert (pause.span, pause.at_boundary) == (Span(820, 1400), True)


def test_each_answer_is_contrasted_with_the_warm_up() -> None:
    answers = [WARM_UP, spoken(READ), spoken(SPONTANEOUS, slow=True, answer_id="ans_2")]
    warm_up, read, told = of_each(answers)
    assert warm_up.score is None
    assert (read.flagged, told.flagged) == (True, False)
    assert "[0.5 s]" in read.evidence[0].quote


def test_a_nervous_warm_up_alone_accuses_nobody() -> None:
    """Fewer fillers in the answers, or pauses at clauses, but not both."""
    fluent_but_free = SPONTANEOUS.replace("um ", "").replace("uh ", "").replace("from my", "my")
    assert not of_interview(
        [WARM_UP, *[spoken(fluent_but_free, answer_id=a) for a in "ab"]]
    ).flagged
