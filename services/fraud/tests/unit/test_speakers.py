from hypothesis import given
from hypothesis import strategies as st

from viva.fraud.domain.model import Answer, Span, SpokenWord
from viva.fraud.domain.speakers import multiple_speakers


def answer(*, candidate_ms: int, other_ms: int = 0, others: int = 0, **changes: object) -> Answer:
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
        **changes,
    }
    return Answer(**fields)  # type: ignore[arg-type]


def test_one_voice_is_not_flagged() -> None:
    signal = multiple_speakers([answer(candidate_ms=20_000)])
    assert (signal.score, signal.flagged, signal.evidence) == (0, False, ())


def test_a_second_voice_is_flagged_with_its_words_and_times() -> None:
    signal = multiple_speakers([answer(candidate_ms=20_000, other_ms=3_000, others=9)])
    assert signal.flagged
    assert signal.evidence[0].quote == " ".join(["theirs"] * 9)
    assert signal.evidence[0].span == Span(3_000, 5_650)
    assert "3.0 s of 23.0 s" in signal.explanation


def test_a_cough_is_not_flagged() -> None:
    assert not multiple_speakers([answer(candidate_ms=20_000, other_ms=6_000)]).flagged
    assert not multiple_speakers([answer(candidate_ms=20_000, other_ms=900, others=4)]).flagged


def test_short_interjections_add_up_over_the_interview() -> None:
    answers = [answer(candidate_ms=10_000, other_ms=900, others=3) for _ in range(3)]
    assert not any(multiple_speakers([one]).flagged for one in answers)
    assert multiple_speakers(answers).flagged


def test_too_little_speech_gives_no_score() -> None:
    for answers in ([], [answer(candidate_ms=500, other_ms=2_000, others=5)]):
        signal = multiple_speakers(answers)
        assert signal.score is None
        assert not signal.flagged
        assert "Too little" in signal.explanation


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
    turn = (Span(1_000, 2_900),)
    alone = answer(candidate_ms=9_000, other_ms=1_900, others=5, other_turns=turn)
    both = answer(
        candidate_ms=9_000,
        other_ms=1_900,
        others=5,
        other_turns=turn,
        overlaps=(Span(1_000, 1_900),),
    )
    assert multiple_speakers([both]) == multiple_speakers([alone])


@given(st.integers(3_000, 10**6), st.integers(0, 10**6), st.integers(0, 50))
def test_the_score_is_a_share_and_more_is_never_less(mine: int, theirs: int, words: int) -> None:
    one = multiple_speakers([answer(candidate_ms=mine, other_ms=theirs, others=words)]).score
    more = multiple_speakers([answer(candidate_ms=mine, other_ms=theirs + 500, others=words)]).score
    assert one is not None
    assert more is not None
    assert 0 <= one <= more <= 1
