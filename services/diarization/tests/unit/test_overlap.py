from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from viva.diarization.domain.model import Span, Turn
from viva.diarization.domain.overlap import apart_from, overlaps, shared_ms

SPANS = st.tuples(st.integers(0, 5000), st.integers(1, 3000)).map(
    lambda pair: Span(pair[0], sum(pair))
)
TURNS = st.lists(st.builds(Turn, SPANS, st.sampled_from("abc")), max_size=12)


def test_two_voices_at_once_overlap() -> None:
    turns = [Turn(Span(0, 2000), "a"), Turn(Span(1500, 3000), "b"), Turn(Span(2900, 3000), "c")]
    assert overlaps(turns, 300) == [Span(1500, 2000)]
    assert overlaps(turns, 100) == [Span(1500, 2000), Span(2900, 3000)]
    assert overlaps(turns, 501) == []


def test_one_voice_does_not_overlap_itself() -> None:
    assert overlaps([Turn(Span(0, 2000), "a"), Turn(Span(500, 3000), "a")], 1) == []
    assert overlaps([], 1) == []


def test_an_overlap_goes_on_while_the_voices_change() -> None:
    turns = [Turn(Span(0, 3000), "a"), Turn(Span(500, 1000), "b"), Turn(Span(1000, 1400), "c")]
    assert overlaps(turns, 800) == [Span(500, 1400)]


def test_what_lies_in_the_interviewers_speech_is_its_echo() -> None:
    found = [Span(0, 1000), Span(4000, 5000)]
    assert apart_from(found, [Span(500, 2000)]) == [Span(4000, 5000)]
    assert apart_from(found, [Span(900, 2000)]) == found


@given(TURNS)
def test_overlaps_are_in_order_and_within_speech(turns: list[Turn]) -> None:
    found = overlaps(turns, 1)
    assert found == sorted(found)
    assert all(one.end_ms < other.start_ms for one, other in pairwise(found))
    assert all(shared_ms(span, [turn.span for turn in turns]) == span.duration_ms for span in found)
