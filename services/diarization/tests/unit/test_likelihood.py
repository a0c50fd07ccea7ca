from hypothesis import given
from hypothesis import strategies as st

from viva.diarization.domain.likelihood import Likelihood
from viva.diarization.domain.model import Channel
from viva.diarization.domain.roles import SETTINGS

WIDE = SETTINGS[Channel.WIDE].likelihood
lengths = st.integers(0, 100_000)


def test_alike_is_one_voice_and_unlike_is_two() -> None:
    for settings in SETTINGS.values():
        assert settings.likelihood.ratio(0.9, 10_000, 10_000) > 2
        assert settings.likelihood.ratio(0.0, 10_000, 10_000) < -2


def test_more_speech_is_surer_and_must_be_more_alike() -> None:
    assert WIDE.expected(1000, 1000) < WIDE.expected(1000, 60_000) < WIDE.expected(60_000, 60_000)
    assert WIDE.ratio(0.0, 60_000, 60_000) < WIDE.ratio(0.0, 1000, 1000) < 0


@given(st.floats(-1, 1), st.floats(-1, 1), lengths, lengths)
def test_the_more_alike_the_likelier(one: float, other: float, mine: int, theirs: int) -> None:
    less, more = sorted((one, other))
    assert WIDE.ratio(less, mine, theirs) <= WIDE.ratio(more, mine, theirs)
    assert WIDE.ratio(less, mine, theirs) == WIDE.ratio(less, theirs, mine)


def test_the_expected_cosine_is_that_of_windows() -> None:
    assert Likelihood(0.5, 20, 0.5).expected(1500, 1500) == 0.5
