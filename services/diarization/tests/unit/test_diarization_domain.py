from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from viva.diarization.domain.model import Channel, Role, Span, Turn, Voice, Word
from viva.diarization.domain.roles import SETTINGS, Cluster, candidate_of, roles
from viva.diarization.domain.turns import attribute_words, silenced, speech_ms, turns
from viva.diarization.domain.windows import WindowSettings, covered_ms, thinned, windows

WIDE = SETTINGS[Channel.WIDE]
CANDIDATE = Voice("candidate", Role.CANDIDATE, 1000)
OTHER = Voice("other-1", Role.OTHER, 1000)


def spans(*marks: tuple[int, int]) -> list[Span]:
    return [Span(start, end) for start, end in marks]


ordered_spans = st.lists(st.integers(0, 60_000), min_size=2, max_size=12, unique=True).map(
    lambda marks: [Span(a, b) for a, b in list(pairwise(sorted(marks)))[::2]]
)


def test_windows_are_even_and_end_with_the_speech() -> None:
    settings = WindowSettings(length_ms=1500, step_ms=750, min_ms=400)
    assert windows(spans((0, 300), (1000, 2000), (3000, 5000)), settings) == spans(
        (1000, 2000), (3000, 4500), (3500, 5000)
    )


@hypothesis_settings(deadline=None)
@given(ordered_spans)
def test_windows_cover_all_speech_that_is_long_enough(speech: list[Span]) -> None:
    settings = WindowSettings()
    found = windows(speech, settings)
    telling = [span for span in speech if span.duration_ms >= settings.min_ms]
    assert covered_ms(found) == covered_ms(telling)
    assert all(window.duration_ms <= settings.length_ms for window in found)
    assert all(
        b.start_ms - a.start_ms <= settings.step_ms for a, b in pairwise(found) if a.overlap_ms(b)
    )


@hypothesis_settings(deadline=None)
@given(st.integers(0, 500), st.integers(1, 50))
def test_thinned_is_spread_over_all(count: int, limit: int) -> None:
    chosen = thinned(count, limit)
    assert len(chosen) == min(count, limit)
    assert chosen == sorted(set(chosen))
    assert not chosen or (chosen[0] == 0 and chosen[-1] < count)


def test_a_turn_changes_half_way_between_windows() -> None:
    speech = spans((0, 3000), (4000, 4200), (5000, 6000))
    pieces = spans((0, 1500), (750, 2250), (1500, 3000), (5000, 6000))
    assert turns(speech, pieces, ["a", "a", "b", "a"]) == [
        Turn(Span(0, 1875), "a"),
        Turn(Span(1875, 3000), "b"),
        # Too short for a window of its own: the nearest one's voice.
        Turn(Span(4000, 4200), "a"),
        Turn(Span(5000, 6000), "a"),
    ]
    assert turns(speech, [], []) == []


@hypothesis_settings(deadline=None)
@given(ordered_spans, st.data())
def test_turns_are_the_speech_in_order(speech: list[Span], data: st.DataObject) -> None:
    pieces = windows(speech, WindowSettings())
    voices = [data.draw(st.sampled_from("abc")) for _ in pieces]
    found = turns(speech, pieces, voices)
    assert all(a.span.end_ms <= b.span.start_ms for a, b in pairwise(found))
    assert covered_ms([t.span for t in found]) == (covered_ms(speech) if pieces else 0)
    assert sum(speech_ms(found, voice) for voice in "abc") == covered_ms([t.span for t in found])


def test_silence_reaches_into_the_gaps_around_a_voice() -> None:
    said = [
        Turn(Span(100, 900), "other-1"),
        Turn(Span(1000, 2000), "candidate"),
        Turn(Span(2600, 3000), "other-1"),
    ]
    assert silenced(said, "candidate") == spans((50, 950), (2450, 3150))


def test_words_go_with_the_turn_they_lie_in() -> None:
    said = [Turn(Span(0, 1000), "candidate"), Turn(Span(1500, 3000), "other-1")]
    words = [
        Word("mine", Span(0, 400)),
        Word("edge", Span(900, 1600)),
        Word("theirs", Span(2000, 2400)),
        Word("after", Span(3200, 3400)),
        Word("nobody", Span(9000, 9400)),
    ]
    found = attribute_words(words, said, [CANDIDATE, OTHER])
    assert [(word.voice, word.dropped) for word in found] == [
        ("candidate", False),
        ("candidate", False),
        ("other-1", True),
        ("other-1", True),
        ("candidate", False),
    ]


def test_all_words_are_dropped_where_only_another_spoke() -> None:
    found = attribute_words([Word("x", Span(0, 400))], [Turn(Span(0, 1000), "other-1")], [OTHER])
    assert found[0].dropped


def test_words_without_any_voice_are_kept() -> None:
    (found,) = attribute_words([Word("x", Span(0, 0))], [], [])
    assert not found.dropped


@pytest.mark.parametrize(
    ("clusters", "expected"),
    [
        # The first answer: who speaks most.
        ([Cluster(2000, 1), Cluster(9000, 1)], 1),
        # Later: who was there all the time, even if somebody else speaks longer now.
        ([Cluster(9000, 1), Cluster(500, 3, candidate_ms=20_000)], 1),
        # One answer each: the warm-up enrolled.
        ([Cluster(9000, 1), Cluster(0, 1, candidate_ms=4000)], 1),
        # The one who said hello left; the one who answers since then is consistent.
        ([Cluster(9000, 3), Cluster(0, 1, candidate_ms=4000)], 0),
        # The interviewer's echo is nobody.
        ([Cluster(9000, 1, similarity_to_interviewer=0.8, over_interviewer=0.9)], None),
        ([], None),
    ],
)
def test_the_candidate_is_the_consistent_voice(
    clusters: list[Cluster], expected: int | None
) -> None:
    assert candidate_of(clusters, WIDE) == expected


@pytest.mark.parametrize(
    ("similarity", "over", "to_candidate", "role"),
    [
        (0.8, 0.9, 0.1, Role.INTERVIEWER),
        (0.3, 0.9, 0.1, Role.INTERVIEWER),  # distorted, but only heard while it spoke
        (0.8, 0.1, 0.1, Role.INTERVIEWER),
        (0.8, 0.0, 0.1, Role.OTHER),  # it did not speak then
        (0.3, 0.1, 0.1, Role.OTHER),
        (0.3, 0.9, 0.5, Role.OTHER),  # more like the candidate
        (None, 0.9, 0.1, Role.OTHER),
    ],
)
def test_echo_is_no_second_speaker(
    similarity: float | None, over: float, to_candidate: float, role: Role
) -> None:
    clusters = [
        Cluster(9000, 2, candidate_ms=9000),
        Cluster(3000, 1, similarity_to_interviewer=similarity, over_interviewer=over),
    ]
    assert roles(clusters, 0, [1.0, to_candidate], WIDE) == [Role.CANDIDATE, role]


def test_each_channel_has_its_own_settings() -> None:
    assert set(SETTINGS) == set(Channel)
    assert SETTINGS[Channel.PHONE] != WIDE
