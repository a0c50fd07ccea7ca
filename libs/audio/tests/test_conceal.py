"""Holes in a stream are filled by what was heard before them."""

import numpy as np
import pytest

from viva.audio.conceal import Concealer
from viva.audio.pcm import Samples


def tone(hz: float, rate_hz: int, seconds: float = 1.0) -> Samples:
    at = np.arange(int(rate_hz * seconds)) / rate_hz
    voiced = np.sin(2 * np.pi * hz * at) + 0.5 * np.sin(4 * np.pi * hz * at)
    return (voiced * 8000).astype(np.int16)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 48_000])
@pytest.mark.parametrize("hz", [90.0, 130.0, 220.0])
def test_a_voice_goes_on_through_a_lost_packet(rate_hz: int, hz: float) -> None:
    whole, frame = tone(hz, rate_hz), rate_hz // 50
    concealer = Concealer(rate_hz)
    hole = 10 * frame
    concealer.hear(whole[:hole])
    filled = concealer.fill(frame).astype(np.float64)
    missing = whole[hole : hole + frame].astype(np.float64)
    likeness = filled @ missing / np.sqrt((filled @ filled) * (missing @ missing))
    assert likeness > 0.9


def test_the_seams_do_not_click() -> None:
    whole, frame = tone(130.0, 8_000), 160
    concealer = Concealer(8_000)
    pieces = [concealer.hear(whole[: 10 * frame]), concealer.fill(frame)]
    pieces.append(concealer.hear(whole[11 * frame : 20 * frame]))
    steps = np.abs(np.diff(np.concatenate(pieces).astype(np.int32)))
    steepest = np.abs(np.diff(whole.astype(np.int32))).max()
    assert steps.max() < 2 * steepest


def test_a_long_hole_fades_to_silence() -> None:
    concealer = Concealer(16_000)
    concealer.hear(tone(130.0, 16_000))
    levels = [np.abs(concealer.fill(320).astype(np.int32)).max() for _ in range(4)]
    assert levels[0] > levels[1] > levels[2] > levels[3] == 0


def test_what_is_heard_without_holes_is_untouched() -> None:
    whole = tone(130.0, 8_000)
    concealer = Concealer(8_000)
    heard = [concealer.hear(whole[start : start + 160]) for start in range(0, len(whole), 160)]
    assert np.array_equal(np.concatenate(heard), whole)


def test_a_hole_before_any_sound_is_silence() -> None:
    assert not Concealer(8_000).fill(160).any()
