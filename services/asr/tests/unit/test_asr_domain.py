from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viva.asr.application.transcribe_answer import typed_transcript
from viva.asr.domain.gating import TimeMap, chunks_to_recognize, spoken
from viva.asr.domain.language import (
    choose_language,
    language_windows,
    mean_probabilities,
    primary_subtag,
)
from viva.asr.domain.model import Recognition, Span, Word
from viva.asr.domain.repetition import has_loop, without_loops


def words(text: str, step_ms: int = 300) -> list[Word]:
    return [
        Word(word, index * step_ms, index * step_ms + step_ms - 50, 0.9)
        for index, word in enumerate(text.split())
    ]


def texts(found: list[Word]) -> str:
    return " ".join(word.text for word in found)


@pytest.mark.parametrize(
    ("probabilities", "speech_ms", "expected"),
    [
        ({"en": 0.9, "de": 0.1}, 10_000, ("en", 0.9)),
        ({"de": 0.95, "en": 0.05}, 10_000, ("de", 0.95)),
        ({"de": 0.7, "en": 0.3}, 10_000, ("en", 0.3)),  # an accent is no other language
        ({"it": 0.5, "es": 0.46, "en": 0.04}, 10_000, ("it", 0.5)),  # surely not English
        ({"la": 0.9, "en": 0.04, "zh": 0.06}, 10_000, ("en", 0.4)),  # nobody speaks Latin
        ({"la": 1.0}, 10_000, ("en", 0.0)),
        ({"de": 0.95, "en": 0.05}, 2_000, ("en", 0.05)),  # too little was said
        ({}, 0, ("en", 0.0)),
    ],
)
def test_language(
    probabilities: dict[str, float], speech_ms: int, expected: tuple[str, float]
) -> None:
    found = choose_language("en-US", probabilities, speech_ms)
    assert (found.language, pytest.approx(found.probability)) == expected


@pytest.mark.parametrize(
    ("frames", "places"),
    [(300, [0]), (1000, [0]), (1500, [0, 500]), (2000, [0, 500, 1000]), (9000, [0, 4000, 8000])],
)
def test_the_language_is_heard_in_several_places(frames: int, places: list[int]) -> None:
    assert language_windows(frames, 1000) == places


@given(st.integers(0, 200_000), st.integers(1, 5_000))
def test_language_windows_lie_within_the_answer(frames: int, window: int) -> None:
    places = language_windows(frames, window)
    assert places[0] == 0
    assert places == sorted(set(places))
    assert all(0 <= place <= max(0, frames - window) for place in places)


def test_an_accented_beginning_does_not_decide_alone() -> None:
    heard = mean_probabilities([{"zh": 0.8, "en": 0.1}, {"zh": 0.2, "en": 0.7}, {"en": 0.9}])
    assert heard == {"zh": pytest.approx(1 / 3), "en": pytest.approx(1.7 / 3)}
    assert choose_language("en", heard, 30_000).language == "en"


def test_primary_subtag() -> None:
    assert [primary_subtag(tag) for tag in ("en", "en-US", "PT_br")] == ["en", "en", "pt"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("no no no no I did", "no no no no I did"),
        ("thank you. Thank you. thank you, thank you", "thank you."),
        ("so I think that we that we did it", "so I think that we that we did it"),
        (
            "well I see you in the I see you in the I see you in the end",
            "well I see you in the end",
        ),
        ("yes " * 9, "yes"),
        ("", ""),
    ],
)
def test_loops_are_cut_and_disfluency_is_not(said: str, kept: str) -> None:
    assert texts(without_loops(words(said))) == kept
    assert has_loop(words(said)) == (said.split() != kept.split())


@settings(deadline=None)
@given(st.lists(st.sampled_from("abc"), max_size=60))
def test_cutting_loops_keeps_order_and_ends(letters: list[str]) -> None:
    said = words(" ".join(letters))
    kept = without_loops(said)
    remaining = iter(said)
    assert all(word in remaining for word in kept)
    assert kept[:1] == said[:1]


def test_chunks_join_short_silences_and_pad() -> None:
    speech = [Span(100, 900), Span(1500, 2000), Span(5000, 6000)]
    assert chunks_to_recognize(speech, 6100, join_ms=1000, pad_ms=200) == [
        Span(0, 2200),
        Span(4800, 6100),
    ]


spans = st.lists(st.integers(0, 60_000), min_size=2, max_size=12, unique=True).map(
    lambda marks: [Span(a, b) for a, b in list(pairwise(sorted(marks)))[::2]]
)


@settings(deadline=None)
@given(spans, st.integers(0, 1500), st.integers(0, 400))
def test_chunks_cover_speech_and_never_overlap(
    speech: list[Span], join_ms: int, pad_ms: int
) -> None:
    chunks = chunks_to_recognize(speech, 60_000, join_ms=join_ms, pad_ms=pad_ms)
    assert all(a.end_ms <= b.start_ms for a, b in pairwise(chunks))
    assert all(
        any(c.start_ms <= s.start_ms and s.end_ms <= c.end_ms for c in chunks) for s in speech
    )


def test_times_are_put_back() -> None:
    times = TimeMap([Span(1000, 2000), Span(5000, 6000)])
    assert times.duration_ms == 2000
    assert times.word("a", 100, 300, 0.5) == Word("a", 1100, 1300, 0.5)
    assert times.word("b", 1100, 1400, 0.5) == Word("b", 5100, 5400, 0.5)
    # Blurred over the cut: it belongs where its middle is.
    assert times.word("c", 900, 1400, 0.5) == Word("c", 5000, 5400, 0.5)
    assert times.word("d", 1900, 2400, 0.5) == Word("d", 5900, 6000, 0.5)


def test_words_outside_speech_are_invented() -> None:
    speech = [Span(0, 2000)]
    said = [Word("here", 1800, 2300, 0.9), Word("you", 2600, 2900, 0.9)]
    assert texts(spoken(said, speech)) == "here"
    assert not spoken(said, [])


def test_a_soft_word_just_before_what_is_noticed_was_said() -> None:
    speech = [Span(576, 3456)]
    said = [Word("I", 276, 416, 0.9), Word("switched", 416, 736, 0.9)]
    assert texts(spoken(said, speech)) == "I switched"
    assert not spoken([Word("so", 0, 200, 0.9)], speech)


def test_a_word_does_not_begin_in_the_silence_before_it() -> None:
    speech = [Span(1000, 2000), Span(2600, 3000)]
    said = [Word("a", 700, 1300, 0.9), Word("b", 1900, 2800, 0.9), Word("c", 2300, 2900, 0.9)]
    assert [word.start_ms for word in spoken(said, speech)] == [850, 1900, 2450]


def test_confidence_is_the_mean_and_zero_without_words() -> None:
    assert Recognition((), speech=True).confidence == 0
    assert Recognition((Word("a", 0, 1, 0.5), Word("b", 1, 2, 1.0)), speech=True).confidence == 0.75


def test_typed_answers_have_no_times() -> None:
    transcript = typed_transcript("I led  the team", "en-GB")
    assert texts(list(transcript.words)) == "I led the team"
    assert {(word.start_ms, word.end_ms, word.confidence) for word in transcript.words} == {
        (0, 0, 1.0)
    }
    assert (transcript.language, transcript.language_probability) == ("en", 1.0)
    assert typed_transcript("", "en").language_probability == 0.0
