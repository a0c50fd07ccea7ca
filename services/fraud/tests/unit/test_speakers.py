from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.fraud.domain.model import Answer, Channel, ComparedSpeech, FalseAlarms, Span, SpokenWord
from viva.fraud.domain.rules import SPEAKERS, SPEAKERS_FALSE_ALARMS, calibration
from viva.fraud.domain.speakers import multiple_speakers, of_interview

MINE, THEIRS = 4.0, -12.0


def answer(
    *, candidate_ms: int, other_ms: int = 0, others: int = 0, llr: float = MINE, **changes: object
) -> Answer:
    """Ten words of the candidate, then the others'; what is least alike lies over those."""
    words = [SpokenWord("mine", Span(i * 300, i * 300 + 250)) for i in range(10)]
    words += [
        SpokenWord("theirs", Span(i * 300, i * 300 + 250), dropped=True)
        for i in range(10, 10 + others)
    ]
    fields: dict[str, object] = {
        "answer_id": "ans_1",
        "revision": 1,
        "words": tuple(words),
        "candidate_ms": candidate_ms,
        "other_ms": other_ms,
        "least_alike": ComparedSpeech(Span(3_000, 3_000 + max(1000, 300 * others)), llr),
        **changes,
    }
    return Answer(**fields)  # type: ignore[arg-type]


def test_one_voice_is_not_flagged() -> None:
    signal = multiple_speakers([answer(candidate_ms=20_000)])
    assert signal.score is not None
    assert signal.score < 0.2
    assert (signal.flagged, signal.evidence) == (False, ())


def test_a_second_voice_is_flagged_with_its_words_and_times() -> None:
    signal = multiple_speakers([answer(candidate_ms=20_000, other_ms=3_000, others=9, llr=THEIRS)])
    assert signal.flagged
    assert signal.evidence[0].quote == " ".join(["theirs"] * 9)
    assert signal.evidence[0].span == Span(3_000, 5_650)
    assert "3.0 s of 23.0 s" in signal.explanation


def test_a_voice_that_diarization_gave_to_the_candidate_is_shown_too() -> None:
    here = ComparedSpeech(Span(300, 1_500), THEIRS)
    signal = multiple_speakers([answer(candidate_ms=20_000, least_alike=here)])
    assert signal.flagged
    assert [(one.quote, one.span) for one in signal.evidence] == [
        ("mine mine mine mine", here.span)
    ]
    assert "1.2 s" in signal.explanation


def test_a_cough_is_not_flagged() -> None:
    cough = answer(candidate_ms=20_000, other_ms=6_000, llr=THEIRS)
    signal = multiple_speakers([cough])
    assert not signal.flagged
    assert signal.evidence == ()


def test_one_unlike_answer_of_many_is_flagged() -> None:
    answers = [answer(candidate_ms=10_000) for _ in range(3)]
    assert not multiple_speakers(answers).flagged
    swapped = answer(candidate_ms=0, other_ms=10_000, others=30, llr=THEIRS)
    assert multiple_speakers([*answers, swapped]).flagged


def test_each_channel_has_its_own_limit() -> None:
    for channel in Channel:
        limit = SPEAKERS.limit[channel]
        for llr, flagged in ((-limit + 0.5, False), (-limit, True)):
            one = answer(candidate_ms=9_000, other_ms=2_000, others=8, llr=llr, channel=channel)
            assert multiple_speakers([one]).flagged is flagged


def test_too_little_speech_gives_no_score() -> None:
    for answers in ([], [answer(candidate_ms=500, other_ms=2_000, others=5)]):
        signal = multiple_speakers(answers)
        assert signal.score is None
        assert not signal.flagged
        assert "Too little" in signal.explanation
    nothing_beside = multiple_speakers([answer(candidate_ms=9_000, least_alike=None)])
    assert nothing_beside.score is None
    assert "compare" in nothing_beside.explanation


def test_without_words_the_turns_are_shown() -> None:
    turns = (Span(100, 2_100),)
    signal = multiple_speakers([answer(candidate_ms=9_000, other_ms=2_000, other_turns=turns)])
    assert signal.evidence[0].span == turns[0]


def test_two_voices_at_once_are_shown_and_count() -> None:
    murmur = (Span(1_000, 2_200), Span(5_000, 6_000))
    signal = multiple_speakers([answer(candidate_ms=20_000, overlaps=murmur)])
    assert signal.flagged
    assert [one.span for one in signal.evidence] == list(murmur)
    assert signal.explanation == "Two voices speak at once for 2.2 s."
    brief = multiple_speakers([answer(candidate_ms=20_000, overlaps=murmur[:1])])
    assert not brief.flagged
    assert "overlapped_speech" in {feature.name for feature in brief.features}


def test_an_overlap_within_the_other_voices_turn_counts_once() -> None:
    alone = answer(candidate_ms=9_000, other_ms=1_900, others=5, other_turns=(Span(1_000, 2_900),))
    both = replace(alone, overlaps=(Span(1_000, 1_900),))
    assert multiple_speakers([both]) == multiple_speakers([alone])


@given(st.integers(3_000, 10**6), st.floats(-200, 200), st.integers(0, 50))
def test_the_score_is_a_share_and_less_alike_is_never_less(
    mine: int, llr: float, words: int
) -> None:
    one = multiple_speakers([answer(candidate_ms=mine, others=words, llr=llr)]).score
    more = multiple_speakers([answer(candidate_ms=mine, others=words, llr=llr - 1)]).score
    assert one is not None
    assert more is not None
    assert 0 <= one <= more <= 1


def test_an_interview_says_how_often_the_signal_errs_on_its_channel() -> None:
    for channel in Channel:
        signal = of_interview([answer(candidate_ms=9_000, channel=channel)])
        assert signal.false_alarms == SPEAKERS_FALSE_ALARMS.get(channel)
    assert of_interview([]).false_alarms is None


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (None, "uncalibrated"),
        (FalseAlarms(0, 300, 0.00994, "here"), "calibrated"),
        (FalseAlarms(2, 300, 0.0209, "here"), "uncalibrated"),
        (FalseAlarms(0, 299, 0.00997, "here"), "uncalibrated"),
    ],
)
def test_a_signal_is_calibrated_where_few_false_alarms_were_counted(
    found: FalseAlarms | None, said: str
) -> None:
    assert calibration(found) == said
