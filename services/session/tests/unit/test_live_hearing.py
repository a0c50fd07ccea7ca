"""Sound on the clock, echo, the end-of-turn model's features, and the pool that runs it."""

import asyncio
import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.platform.errors import InvalidError
from viva.session.adapters.turn.log_mel import log_mel
from viva.session.adapters.turn.pool import DeadlinePool
from viva.session.application.live.ears import Ears
from viva.session.application.live.echo import LONGEST_DELAY_MS, is_echo
from viva.session.application.live.playback import Playback
from viva.session.application.live.timeline import Hole, Timeline
from viva.session.domain.conversation import facts


def pcm(start: int, end: int) -> bytes:
    return np.arange(start, end).astype("<i2").tobytes()


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30)), max_size=30))
def test_sound_in_any_order_and_again_gives_the_same_samples(pieces: list) -> None:
    timeline = Timeline()
    new = b"".join(timeline.add(start, pcm(start, start + count)) for start, count in pieces)
    new += timeline.add(0, pcm(0, 100))
    assert timeline.until == 100
    assert new == timeline.window(0, 100) == pcm(0, 100)


def test_a_hole_holds_up_what_comes_after_it_until_it_is_filled() -> None:
    timeline = Timeline(100)
    assert timeline.add(150, pcm(150, 160)) == b""
    assert timeline.hole == Hole(100, 150)
    assert timeline.add(100, pcm(100, 150)) == pcm(100, 160)
    assert timeline.hole is None


def test_a_hole_that_is_given_up_is_silence() -> None:
    timeline = Timeline()
    timeline.add(10, pcm(10, 20))
    assert timeline.fill(10) == bytes(20) + pcm(10, 20)


def test_what_cannot_be_is_refused() -> None:
    for position, samples in [(0, b"odd"), (-1, b"\0\0"), (10**9, b"\0\0")]:
        with pytest.raises(InvalidError):
            Timeline().add(position, samples)


def test_trimmed_sound_can_be_put_back() -> None:
    timeline = Timeline()
    timeline.add(0, pcm(0, 100))
    timeline.trim(40)
    assert timeline.window(0, 50) == pcm(40, 50)
    timeline.prepend(pcm(30, 40))
    assert timeline.window(30, 50) == pcm(30, 50)


class Scripted:
    def __init__(self, probabilities: list[float]) -> None:
        self._left = probabilities

    def feed(self, samples: bytes) -> list[float]:
        count = len(samples) // 1024
        found, self._left = self._left[:count], self._left[count:]
        return found


def test_ears_tell_speech_and_its_end_by_position() -> None:
    ears = Ears(Scripted([0.1] * 4 + [0.9] * 20 + [0.1] * 10), 1_000)
    found = ears.hear(np.full(34 * 512, 500, "<i2").tobytes())
    assert found == [facts.SpeechBegan(1_000 + 4 * 512), facts.SpeechEnded(1_000 + 24 * 512)]


def test_ears_tell_digital_silence_and_its_end() -> None:
    ears = Ears(Scripted([0.0] * 1_000), 0)
    assert ears.hear(bytes(2 * 80_000)) == [facts.SignalLost(0)]
    assert ears.hear(np.full(1_000, 300, "<i2").tobytes()) == [facts.SignalBack(81_000)]


def voice(seed: int, seconds: float) -> np.ndarray:
    noise = np.random.default_rng(seed).standard_normal(int(seconds * 16_000))
    tone = np.convolve(noise, np.hanning(32), "same")
    return (tone / np.abs(tone).max() * 9_000).astype(np.int16)


@pytest.mark.parametrize("delay_ms", [50, 180, 400])
def test_the_interviewer_s_voice_that_comes_back_is_echo(delay_ms: int) -> None:
    played = voice(1, 4)
    delay = delay_ms * 16
    room = np.concatenate([np.zeros(delay), played])[: len(played)] * 0.2
    room += np.random.default_rng(2).standard_normal(len(played)) * 60
    start = LONGEST_DELAY_MS * 16 + 8_000
    heard = room.astype(np.int16)[start : start + 9_600]
    before = start - LONGEST_DELAY_MS * 16
    assert is_echo(heard, played[before : start + 9_600])


def test_another_voice_is_no_echo() -> None:
    played, other = voice(1, 4), voice(7, 4)
    mixed = (other * 0.5 + np.roll(played, 1_600) * 0.05).astype(np.int16)
    start = LONGEST_DELAY_MS * 16
    assert not is_echo(mixed[start : start + 9_600], played[: start + 9_600])


def test_runs_are_joined_and_found_again() -> None:
    playback = Playback()
    playback.sent(1, "greeting")
    for offset in (0, 320, 640):
        playback.played(facts.Played(1, offset, 320, 5_000 + offset))
    playback.stopped()
    (run,) = playback.take_closed()
    assert (run.key, run.offset, run.count, run.position) == ("greeting", 0, 960, 5_000)
    assert [(s.start, s.end) for s in playback.spans(5_500, 9_000)] == [(5_500, 5_960)]
    assert playback.keys(0, 5_001) == ["greeting"]


@pytest.mark.parametrize("seconds", [0.5, 5, 11])
def test_features_are_those_of_whispers_own_front_end(seconds: float) -> None:
    whisper = pytest.importorskip("transformers.models.whisper.feature_extraction_whisper")
    audio = np.random.default_rng(0).standard_normal(int(seconds * 16_000)).astype(np.float32) * 0.1
    window = audio[-128_000:]
    expected = whisper.WhisperFeatureExtractor(chunk_length=8)(
        np.pad(window, (128_000 - len(window), 0)),
        sampling_rate=16_000,
        return_tensors="np",
        do_normalize=True,
    ).input_features[0]
    assert np.abs(log_mel(audio) - expected).max() < 1e-4


async def test_the_pool_serves_the_nearest_deadline_first_and_drops_the_late() -> None:
    pool = DeadlinePool("test", 1, time.monotonic)
    await pool.start()
    gate, order = threading.Event(), []
    blocker = asyncio.create_task(pool.run(gate.wait, within_s=5))
    await asyncio.sleep(0.05)
    late = asyncio.create_task(pool.run(lambda: order.append("late"), within_s=3))
    soon = asyncio.create_task(pool.run(lambda: order.append("soon"), within_s=2))
    never = asyncio.create_task(pool.run(lambda: order.append("never"), within_s=0.0))
    await asyncio.sleep(0.05)
    gate.set()
    await asyncio.gather(blocker, late, soon)
    with pytest.raises(TimeoutError):
        await never
    assert order == ["soon", "late"]
    await pool.stop()


async def test_an_error_in_the_pool_reaches_its_caller() -> None:
    pool = DeadlinePool("test", 1, time.monotonic)
    await pool.start()
    with pytest.raises(ZeroDivisionError):
        await pool.run(lambda: 1 / 0, within_s=5)
    await pool.stop()
