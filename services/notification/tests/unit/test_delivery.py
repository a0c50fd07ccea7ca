from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.notification.domain.delivery import (
    DELAYS,
    DeliveryStatus,
    TryResult,
    after,
    disables_endpoint,
)

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def result(status: int, **more: object) -> TryResult:
    return TryResult(NOW, status, "" if 200 <= status < 300 else f"HTTP {status}", 12, **more)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_2xx_delivers(status: int) -> None:
    assert after(result(status), 1).status is DeliveryStatus.DELIVERED


@pytest.mark.parametrize("status", [0, 301, 302, 400, 404, 429, 500, 503])
def test_everything_else_is_tried_again(status: int) -> None:
    assert after(result(status), 1).status is DeliveryStatus.PENDING


def test_the_delays_are_those_of_the_specification() -> None:
    at = NOW
    for tries in range(1, len(DELAYS)):
        following = after(result(500), tries).try_at
        assert following == at + DELAYS[tries]
    assert after(result(500), len(DELAYS)).status is DeliveryStatus.DEAD


def test_gone_kills_the_delivery_and_the_endpoint() -> None:
    assert after(result(410), 1).status is DeliveryStatus.DEAD
    assert "410" in disables_endpoint(result(410), None)


def test_a_refused_target_is_not_tried_again() -> None:
    assert after(result(0, refused=True), 1).status is DeliveryStatus.DEAD


def test_retry_after_is_honoured_but_not_for_ever() -> None:
    asked = after(result(503, retry_after=timedelta(hours=1)), 1).try_at
    assert asked == NOW + timedelta(hours=1)
    absurd = after(result(503, retry_after=timedelta(days=90)), 1).try_at
    assert absurd == NOW + timedelta(hours=24)


@given(st.integers(1, 10), st.integers(0, 599))
def test_a_delivery_always_ends(tries: int, status: int) -> None:
    following = after(result(status), tries)
    assert (following.status is DeliveryStatus.PENDING) == (following.try_at is not None)


def test_five_days_of_failures_switch_the_endpoint_off() -> None:
    assert disables_endpoint(result(500), NOW - timedelta(days=4)) == ""
    assert "five days" in disables_endpoint(result(500), NOW - timedelta(days=5))
    assert disables_endpoint(result(200), NOW - timedelta(days=9)) == ""
