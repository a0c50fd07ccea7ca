"""Numerals and number words compare as the same."""

import pytest

from viva.scoring.domain.numerals import spelt


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("there were 10 fields", "there were ten fields"),
        ("0, 7, 19 and 40", "zero, seven, nineteen and forty"),
        ("by 25% in 3 weeks", "by twenty-five percent in three weeks"),
        ("a 12-hour shift", "a twelve-hour shift"),
        ("it was 15.", "it was fifteen."),
    ],
)
def test_small_numbers_are_spelt(written: str, said: str) -> None:
    assert spelt(written) == said


@pytest.mark.parametrize(
    "text", ["2.5 days", "1,200 orders", "at 9:30", "in 2024", "covid-19", "b2b", "007", "24/7"]
)
def test_what_is_no_small_number_stays(text: str) -> None:
    assert spelt(text) == text
