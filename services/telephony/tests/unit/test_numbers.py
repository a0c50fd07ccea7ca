"""Numbers: their form, their masks, which may be called, and when."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.telephony.domain.errors import (
    NumberForbiddenError,
    NumberInvalidError,
    WindowInvalidError,
)
from viva.telephony.domain.numbers import PhoneNumber
from viva.telephony.domain.prefixes import DiallingRules
from viva.telephony.domain.window import CallingWindow


@pytest.mark.parametrize(
    "text",
    ["", "030555001", "+030555", "+49", "+49 30 555001", "+4930555001x", "+1234567890123456"],
)
def test_a_number_is_e164(text: str) -> None:
    with pytest.raises(NumberInvalidError) as caught:
        PhoneNumber(text)
    assert not text or text not in str(caught.value)


def test_a_number_is_masked_wherever_it_is_written() -> None:
    number = PhoneNumber("+4930555001")
    for text in (str(number), repr(number), f"{number}", f"{[number]}"):
        assert "+********01" in text
        assert "555" not in text


@pytest.mark.parametrize(
    "text", ["+19005550100", "+88213000000", "+4918055500", "+870773111", "+3290255501"]
)
def test_premium_numbers_are_not_called(text: str) -> None:
    with pytest.raises(NumberForbiddenError):
        DiallingRules().check(PhoneNumber(text))


def test_other_countries_are_called_only_where_they_are_allowed() -> None:
    rules = DiallingRules(allowed=("+49", "+43"))
    rules.check(PhoneNumber("+4930555001"))
    with pytest.raises(NumberForbiddenError):
        rules.check(PhoneNumber("+442075550100"))


@pytest.mark.parametrize(
    "wrong",
    [("Nowhere/City", 0, 60), ("Europe/Berlin", 60, 60), ("UTC", -1, 60), ("UTC", 0, 1441)],
)
def test_a_window_makes_sense(wrong: tuple[str, int, int]) -> None:
    with pytest.raises(WindowInvalidError):
        CallingWindow(*wrong)


def test_a_window_keeps_its_wall_clock_over_a_change_of_clocks() -> None:
    window = CallingWindow("Europe/Berlin", 9 * 60, 17 * 60)
    saturday_night = datetime(2026, 10, 24, 20, tzinfo=UTC)  # clocks go back on the 25th
    assert window.next_open(saturday_night) == datetime(2026, 10, 25, 8, tzinfo=UTC)


@given(
    st.integers(0, 365 * 24 * 60).map(
        lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"]),
    st.integers(0, 1439),
    st.integers(1, 1440),
    st.sets(st.integers(1, 7)),
)
def test_a_window_opens_in_the_future_and_stays_open(
    at: datetime, zone: str, opens: int, length: int, days: set[int]
) -> None:
    window = CallingWindow(zone, opens, min(1440, opens + length), tuple(sorted(days)))
    found = window.next_open(at)
    assert at <= found < at + timedelta(days=8)
    assert window.next_open(found) == found
