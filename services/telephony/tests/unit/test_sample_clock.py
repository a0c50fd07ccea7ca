"""The leg's clock against a monotonic clock that the test turns."""

from hypothesis import given
from hypothesis import strategies as st

from viva.telephony.application.sample_clock import DOUBTED_S, RATE_HZ, SampleClock

FRAME = 320


def test_steady_frames_are_counted() -> None:
    clock = SampleClock()
    assert [clock.place(FRAME, 5 + n * 0.02) for n in range(4)] == [0, 320, 640, 960]
    assert clock.gaps == 0


def steady(clock: SampleClock, from_s: float, seconds: float) -> list[int]:
    """Frames that come in time again; the first one's last sample had come at `from_s`."""
    return [clock.place(FRAME, from_s + n * 0.02) for n in range(round(seconds / 0.02))]


def test_what_the_stamps_miss_is_missing_at_once() -> None:
    clock = SampleClock()
    clock.place(FRAME, 0.02)
    assert clock.place(FRAME, 0.34, dropped_samples=15 * FRAME) == 16 * FRAME
    assert clock.place(FRAME, 0.36) == 17 * FRAME
    assert (clock.gaps, clock.missing_samples) == (1, 15 * FRAME)


def test_what_stays_behind_for_a_second_is_missing_once() -> None:
    clock = SampleClock()
    clock.place(FRAME, 0.02)
    assert steady(clock, 0.34, 0.9) == [FRAME * n for n in range(1, 46)]
    steady(clock, 1.24, 0.9)
    assert (clock.gaps, clock.missing_samples) == (1, 15 * FRAME)
    assert clock.position == round(2.12 / 0.02) * FRAME


def test_a_late_frame_within_the_tolerance_is_no_gap() -> None:
    clock = SampleClock()
    clock.place(FRAME, 0.02)
    assert clock.place(FRAME, 0.075) == FRAME
    assert clock.gaps == 0


def test_known_drops_count_even_where_the_clock_shows_none() -> None:
    clock = SampleClock()
    clock.place(FRAME, 0.02)
    assert clock.place(FRAME, 0.06, dropped_samples=FRAME) == 2 * FRAME
    assert clock.missing_samples == FRAME


def test_a_burst_after_a_stall_is_no_gap() -> None:
    clock = SampleClock()
    clock.place(FRAME, 0.02)
    burst = [clock.place(FRAME, 1.52) for _ in range(75)]
    assert burst == [FRAME * n for n in range(1, 76)]
    steady(clock, 1.54, 2.0)
    assert clock.gaps == 0


@given(st.lists(st.tuples(st.integers(1, 960), st.floats(0, 2)), min_size=1))
def test_positions_never_go_back_and_come_back_to_the_clock(
    chunks: list[tuple[int, float]],
) -> None:
    clock, now, end, received = SampleClock(), 0.0, 0, 0
    chunks += [(FRAME, 0.02)] * round((DOUBTED_S + 0.1) / 0.02)
    for samples, pause in chunks:
        now += pause
        start = clock.place(samples, now)
        assert start >= end
        end = start + samples
        received += samples
    assert end == received + clock.missing_samples
    elapsed = round((now - (clock._origin_s or 0)) * RATE_HZ)
    assert end >= elapsed - clock.tolerance_samples - 1
