"""The SIP leg's clock and queues, on invented time."""

import random

import numpy as np
import pytest

from viva.audio.pcm import samples_in, to_bytes, to_samples
from viva.telephony.adapters.sip.worker.line_clock import LineClock, Placed
from viva.telephony.adapters.sip.worker.receiving import Frame, Receiver
from viva.telephony.adapters.sip.worker.sending import AHEAD_MS, Sender

FRAME = samples_in(20)
AHEAD_BYTES = AHEAD_MS * 16
PACKET = b"\x10\x00" * 160


def delivered(lost: set[int], packets: int, late_s: dict[int, float] | None = None) -> Receiver:
    """A receiver that was given packets of 20 ms at 8 kHz, looked for every 10 ms."""
    receiver = Receiver(8_000)
    waits = late_s or {}
    due = sorted((n * 0.02 + waits.get(n, 0.0), n) for n in range(packets) if n not in lost)
    for tick in range(packets * 2 + 40):
        now_s = tick * 0.01 + 0.001
        came = 0
        while due and due[0][0] <= now_s:
            due.pop(0)
            came += 1
        receiver.take(PACKET * came, now_s)
    return receiver


def test_a_line_without_faults_is_passed_on_as_it_is() -> None:
    clock = delivered(set(), 500).clock
    assert clock.position == 500 * FRAME
    assert (clock.gaps, clock.concealed_packets, clock.dropped_packets) == (0, 0, 0)


@pytest.mark.parametrize("lost", [{50}, {50, 51}, {50, 51, 52}, {50, 70, 90}])
def test_short_holes_are_filled_in_place(lost: set[int]) -> None:
    clock = delivered(lost, 200).clock
    assert clock.position == 200 * FRAME
    assert (clock.gaps, clock.concealed_packets) == (0, len(lost))


def test_a_long_hole_is_a_jump() -> None:
    clock = delivered(set(range(50, 100)), 200).clock
    assert abs(clock.position - 200 * FRAME) <= samples_in(15)
    assert clock.gaps == 1
    assert abs(clock.missing_samples - 48 * FRAME) <= samples_in(15)


def test_five_percent_lost_at_random_keeps_the_clock() -> None:
    chance = random.Random(3)
    lost = {n for n in range(60, 3_000) if chance.random() < 0.05}
    clock = delivered(lost, 3_000).clock
    assert abs(clock.position - 3_000 * FRAME) <= samples_in(40)
    assert abs(clock.concealed_packets - len(lost)) <= 3


def test_a_late_packet_is_no_lost_one() -> None:
    clock = delivered(set(), 300, {100: 0.018, 150: 0.035, 151: 0.016, 200: 0.019}).clock
    assert clock.position == 300 * FRAME
    assert (clock.gaps, clock.concealed_packets) == (0, 0)


def test_a_sender_that_is_fast_loses_silence_only() -> None:
    """800 parts per million over a quarter of an hour are 720 ms; they must not pile up."""
    clock = LineClock()
    for n in range(45_000):
        clock.place(FRAME, n * 0.02 * (1 - 800e-6), quiet=n % 10 == 0)
    by_clock = 45_000 * 0.02 * (1 - 800e-6) * 16_000
    assert abs(clock.position - by_clock) < samples_in(70)
    assert clock.dropped_packets > 30


def test_a_sender_that_is_slow_is_filled_up() -> None:
    clock = LineClock()
    for n in range(45_000):
        clock.place(FRAME, n * 0.02 * (1 + 800e-6))
    by_clock = 45_000 * 0.02 * (1 + 800e-6) * 16_000
    assert abs(clock.position - by_clock) < samples_in(70)
    assert clock.gaps == 0


def test_a_loss_is_filled_where_it_was_whatever_the_phase_of_the_first_packets() -> None:
    """As seen on a call: late by our own looking at first, and by turns early and late after."""
    clock, filled = LineClock(), []
    numbers = [n for n in range(200) if n not in {90, 121, 150}]
    arrivals = [(n, n * 0.02 - (0.009 if n > 60 and n % 3 else 0.0)) for n in numbers]
    waiting = 0
    for n, now_s in arrivals:
        placed = clock.place(FRAME * (waiting + 1), now_s, sure=bool(waiting))
        waiting = waiting + 1 if placed.wait else 0
        filled += [n] * (placed.conceal // FRAME)
    assert filled == [92, 123, 152]


def test_lateness_is_doubted_once() -> None:
    clock = LineClock()
    clock.place(FRAME, 0.0)
    assert clock.place(FRAME, 0.04, sure=False) == Placed(wait=True)
    assert clock.place(FRAME, 0.04, sure=True) == Placed(conceal=FRAME)


def test_positions_join_up_and_jump_only_over_what_is_missing() -> None:
    receiver = Receiver(8_000)
    frames: list[Frame] = []
    for n in [*range(20), *range(60, 80)]:
        frames += receiver.take(PACKET, n * 0.02)
    frames += receiver.take(b"", 99.0)
    ends = [position + len(pcm) // 2 for position, pcm in frames]
    jumps = [start - end for (start, _), end in zip(frames[1:], ends, strict=False)]
    assert sum(jumps) == receiver.clock.missing_samples
    assert sorted(jumps)[:-1] == [0] * (len(jumps) - 1)


def test_stereo_at_48_khz_becomes_mono_at_16() -> None:
    receiver = Receiver(48_000, 2)
    stereo = np.repeat(np.full(960, 500, dtype=np.int16), 2)
    frames = [f for n in range(20) for f in receiver.take(to_bytes(stereo), n * 0.02)]
    sound = np.concatenate([to_samples(pcm) for _, pcm in frames])
    assert abs(len(sound) - 20 * FRAME) <= FRAME
    assert np.all(np.abs(sound[FRAME:] - 500) <= 1)


def test_another_rate_after_renegotiation_goes_on_at_the_same_position() -> None:
    receiver = Receiver(8_000)
    for n in range(10):
        receiver.take(PACKET, n * 0.02)
    receiver.renegotiated(16_000, 1)
    for n in range(10, 20):
        receiver.take(b"\x10\x00" * 320, n * 0.02)
    receiver.take(b"", 99.0)
    assert receiver.position == receiver.clock.position == 20 * FRAME


def drained(sender: Sender, seconds: float) -> bytes:
    """What a stack sends that takes 20 ms at a time."""
    ring, sent = bytearray(), bytearray()
    for tick in range(int(seconds * 100)):
        ring += sender.take(len(ring), tick * 0.01)
        if tick % 2:
            sent += ring[:320].ljust(320, b"\0")
            del ring[:320]
        sender.progress(len(ring))
        assert len(ring) <= AHEAD_BYTES
    return bytes(sent)


def test_little_is_handed_over_ahead_and_all_is_sent() -> None:
    sender = Sender(8_000)
    sender.give(b"\x00\x10" * 16_000)
    sent = to_samples(drained(sender, 1.5))
    assert np.count_nonzero(np.abs(sent) > 2_000) == pytest.approx(8_000, abs=100)
    assert sender.idle
    assert sender.through == 16_000


def test_sound_in_slices_is_sent_as_one() -> None:
    whole, sliced = Sender(8_000), Sender(8_000)
    sound = to_bytes((np.sin(np.arange(8_000) / 9) * 8_000).astype(np.int16))
    whole.give(sound)
    for start in range(0, len(sound), 1_000):
        sliced.give(sound[start : start + 1_000])
    assert drained(whole, 1.0) == drained(sliced, 1.0)


def test_a_flush_counts_what_waits_here_and_in_the_stack() -> None:
    sender = Sender(8_000)
    sender.give(b"\x00\x10" * 16_000)
    handed = sender.take(0, 0.0)
    assert len(handed) == AHEAD_BYTES - 64  # the resampler keeps 4 ms
    assert sender.flush(320, 0.02) == 16_000 - AHEAD_BYTES + 320
    assert sender.take(0, 0.03) == b""
    sender.give(b"\x00\x10" * 320)
    assert sender.take(0, 0.05)
    assert sender.given == 16_320
