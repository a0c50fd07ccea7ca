"""The leg's clock against a monotonic clock that the test turns."""

from hypothesis import given
from hypothesis import strategies as st

from viva.telephony.application.sample_clock import RATE_HZ, SampleClock

FRAME = 320


def test_steady_frames_are_counted() -> None:
    clock = SampleClock()
    assert [clock.place(FRAME, 5 + n * 0.02) for n in range(4)] == [0, 320, 640, 960]
    assert clock.gaps == 0


def test_what_is_missing_moves_the_position_once() -> None:
    clock = SampleClock()
    clock.place(FRAME, 0.02)
    assert clock.place(FRAME, 0.34) == 16 * FRAME
    assert clock.place(FRAME, 0.36) == 17 * FRAME
    assert (clock.gaps, clock.missing_samples) == (1, 15 * FRAME)


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


def test_a_burst_after_a_stall_is_kept_and_the_clock_catches_up() -> None:
    clock = SampleClock()
    clock.place(FRAME, 0.02)
    burst = [clock.place(FRAME, 0.52) for _ in range(25)]
    assert burst[0] == 25 * FRAME
    assert burst[-1] == 49 * FRAME
    # The count is now 480 ms ahead; a second stall of 400 ms is no gap.
    assert clock.place(FRAME, 0.94) == 50 * FRAME
    assert clock.gaps == 1


@given(st.lists(st.tuples(st.integers(1, 960), st.floats(0, 2)), min_size=1))
def test_positions_never_go_back_and_stay_near_the_clock(chunks: list[tuple[int, float]]) -> None:
    clock, now, end, longest, received = SampleClock(), 0.0, 0, 0.0, 0
    for samples, pause in chunks:
        now += pause
        longest = max(longest, pause)
        start = clock.place(samples, now)
        assert start >= end
        end = start + samples
        received += samples
    assert end == received + clock.missing_samples
    elapsed = round((now - (clock._origin_s or 0)) * RATE_HZ)
    assert end >= elapsed - clock.tolerance_samples - 1
