"""The recording is what was stored and played, sample by sample; a refusal erases it all."""

from dataclasses import replace

import numpy as np
import pytest

from viva.audio.wav import write_wav
from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.session.events.v1 import events_pb2 as published
from viva.platform.errors import InvalidError
from viva.session.application.lifecycle_ports import Job, VerdictStage
from viva.session.domain.lifecycle import EndReason, State
from viva.session.domain.recording import Clip, Tracks
from viva.session.domain.storage_keys import attempt_prefix, prompt_key, segment_key

from .conftest import KeptTracks

RATE = 16_000


def noise(samples: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(-9000, 9000, samples).astype(np.int16)


async def conversation(world) -> tuple[Tracks, np.ndarray, np.ndarray]:
    """25 s: two segments with a hole between them, a prompt heard twice and once cut off."""
    first, second, prompt = noise(10 * RATE, 1), noise(12 * RATE + 7, 2), noise(3 * RATE, 3)
    keys = [segment_key("iv_test", 1, 1, 0), segment_key("iv_test", 1, 2, 13 * RATE)]
    await world.objects.put(keys[0], first.tobytes())
    await world.objects.put(keys[1], second.tobytes())
    await world.objects.put(prompt_key("ab12"), write_wav(prompt))
    tracks = Tracks(
        candidate=(
            Clip(keys[0], 0, 0, len(first)),
            Clip(keys[1], 13 * RATE, 0, len(second)),
        ),
        interviewer=(
            Clip(prompt_key("ab12"), 8 * RATE + 1, 0, len(prompt), header_bytes=44),
            Clip(prompt_key("ab12"), 19 * RATE + 3, 100, RATE, header_bytes=44),
        ),
    )
    left, right = np.zeros((2, tracks.length), dtype=np.int16)
    left[: len(first)] = first
    left[13 * RATE : 13 * RATE + len(second)] = second
    right[8 * RATE + 1 : 8 * RATE + 1 + len(prompt)] = prompt
    right[19 * RATE + 3 : 20 * RATE + 3] = prompt[100 : 100 + RATE]
    return tracks, left, right


async def test_the_recording_is_exact_and_its_hash_is_in_the_verdict(world) -> None:
    tracks, left, right = await conversation(world)
    await world.joined()
    await world.record(world.answer(1))
    await world.hang_up(EndReason.DROPPED, rendered=False)
    await world.render_recording(tracks)
    await world.give(*world.results_of(world.answer(1), words=[]))

    (failed,) = await world.published_of(published.InterviewFailed)
    wav = await world.objects.get(failed.recording.key, failed.recording.sha256)
    assert len(wav) == failed.recording.size_bytes
    frames = np.frombuffer(wav[44:], dtype="<i2").reshape(-1, 2)
    assert wav[22:24] == b"\2\0"
    np.testing.assert_array_equal(frames[:, 0], left)
    np.testing.assert_array_equal(frames[:, 1], right)


async def test_a_verdict_waits_for_its_recording(world) -> None:
    tracks, _, _ = await conversation(world)
    await world.joined()
    await world.record(world.answer(1))
    await world.hang_up(rendered=False)
    await world.give(*world.results_of(world.answer(1)))
    await world.judge(VerdictStage.SCORE, common.InterviewScore(overall=71))
    await world.judge(VerdictStage.ASSESSMENT, common.InterviewAssessment())
    assert await world.state() is State.PROCESSING

    await world.render_recording(tracks)
    (completed,) = await world.published_of(published.InterviewCompleted)
    wav = await world.objects.get(completed.recording.key, completed.recording.sha256)
    assert len(wav) == completed.recording.size_bytes


async def test_a_failure_waits_for_the_recording(world) -> None:
    await world.joined()
    await world.record(world.answer(1))
    await world.hang_up(EndReason.DROPPED, rendered=False)
    await world.give(*world.results_of(world.answer(1), words=[]))
    assert await world.state() is State.PROCESSING
    await world.render_recording()
    assert await world.state() is State.FAILED


async def test_a_recording_that_cannot_be_rendered_holds_no_verdict_up(world) -> None:
    class Unreadable(KeptTracks):
        async def tracks(self, uow, interview_id: str, attempt: int) -> Tracks:
            raise InvalidError("no such clip", code="tracks_corrupt")

    await world.joined()
    await world.record(world.answer(1))
    await world.hang_up(EndReason.DROPPED, rendered=False)
    await world.give(*world.results_of(world.answer(1), words=[]))
    work = world.recordings(Unreadable(Tracks((), ())))
    await world.do_jobs(Job.RECORDING, work.render, work.give_up)
    (failed,) = await world.published_of(published.InterviewFailed)
    assert failed.recording.key == f"{attempt_prefix('iv_test', 1)}recording.wav"
    assert not failed.recording.sha256


async def test_a_recording_that_hangs_is_done_without(world) -> None:
    await world.joined()
    await world.record(world.answer(1))
    await world.hang_up(EndReason.DROPPED, rendered=False)
    await world.give(*world.results_of(world.answer(1), words=[]))
    for _ in range(2):
        world.clock.advance(120)
        await world.sweep()
    assert await world.state() is State.FAILED


async def test_a_segment_that_is_gone_is_silence(world) -> None:
    tracks, left, _ = await conversation(world)
    first, second = tracks.candidate
    tracks = replace(tracks, candidate=(first, replace(second, key="interviews/gone.pcm")))
    await world.joined()
    await world.record(world.answer(1))
    await world.hang_up(EndReason.DROPPED, rendered=False)
    await world.render_recording(tracks)
    wav = await world.objects.get(f"{attempt_prefix('iv_test', 1)}recording.wav")
    frames = np.frombuffer(wav[44:], dtype="<i2").reshape(-1, 2)
    np.testing.assert_array_equal(frames[: 10 * RATE, 0], left[: 10 * RATE])
    assert not frames[10 * RATE :, 0].any()


@pytest.mark.parametrize("recorded", [0, 1])
async def test_a_refusal_erases_all_that_was_recorded(world, recorded: int) -> None:
    tracks, _, _ = await conversation(world)
    await world.joined()
    if recorded:
        await world.record(world.answer(1))
    await world.hang_up(EndReason.CONSENT_REFUSED, rendered=False)
    archive = KeptTracks(tracks)
    work = world.recordings(archive)
    await world.do_jobs(Job.PURGE, work.purge, work.give_up)
    await world.do_jobs(Job.RECORDING, work.render, work.give_up)

    assert not await world.objects.list(attempt_prefix("iv_test", 1))
    assert await world.objects.list("prompts/")
    assert archive.forgotten == [("iv_test", 1)]
    interview = (await world.stored()).interview
    async with world.database.unit_of_work() as uow:
        assert await world.stores.answers.answers(uow, interview) == []
    (failed,) = await world.published_of(published.InterviewFailed)
    assert failed.code == "consent_refused"
    assert not failed.HasField("recording")
