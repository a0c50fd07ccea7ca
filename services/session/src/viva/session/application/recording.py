"""The session's recording, rendered from what was stored and played; and its erasure."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Protocol

import numpy as np

from viva.audio.pcm import Samples, to_samples
from viva.audio.wav import interleave, wav_header
from viva.contracts.common.v1 import common_pb2 as common
from viva.platform.clock import Clock
from viva.platform.db import UnitOfWork
from viva.platform.errors import NotFoundError
from viva.platform.log import get_logger
from viva.platform.objects import Objects
from viva.platform.telemetry import resumed, tracer
from viva.session.application.lifecycle_ports import (
    AnswerStore,
    Artifact,
    ClaimedJob,
    InterviewStore,
    Job,
    JobStore,
    OpenUnit,
)
from viva.session.application.pipeline import Pipeline
from viva.session.domain.recording import Clip, Piece, Tracks, blocks, pieces
from viva.session.domain.storage_keys import attempt_prefix, recording_key

_BLOCK_SAMPLES = 10 * 16_000

log = get_logger(__name__)


class ConversationArchive(Protocol):
    """What the live part stored of a conversation."""

    async def tracks(self, uow: UnitOfWork, interview_id: str, attempt: int) -> Tracks:
        """Segments that count and runs that were played, in the order of their storing."""
        ...

    async def forget(self, uow: UnitOfWork, interview_id: str, attempt: int) -> None:
        """Erases the conversation's own rows."""
        ...


class Recordings:
    """Candidate left, interviewer right: PCM16 at 16 kHz, sample-exact, a block at a time."""

    def __init__(
        self,
        *,
        open_unit: OpenUnit,
        objects: Objects,
        interviews: InterviewStore,
        answers: AnswerStore,
        jobs: JobStore,
        pipeline: Pipeline,
        archive: ConversationArchive,
        clock: Clock,
        hold: timedelta = timedelta(seconds=60),
    ) -> None:
        self._open_unit = open_unit
        self._objects = objects
        self._interviews = interviews
        self._answers = answers
        self._jobs = jobs
        self._pipeline = pipeline
        self._archive = archive
        self._clock = clock
        self._hold = hold

    async def render(self, job: ClaimedJob) -> None:
        """Renders the WAV of an attempt and notes where it lies."""
        async with self._open_unit() as uow:
            tracks = await self._archive.tracks(uow, job.interview_id, job.attempt)
            interview = await self._interviews.load(uow, job.interview_id)
        with (
            resumed(interview.traceparent if interview else None),
            tracer("viva.session").start_as_current_span("render recording") as span,
        ):
            span.set_attribute("viva.interview_id", job.interview_id)
            await self._render(job, tracks)

    async def _render(self, job: ClaimedJob, tracks: Tracks) -> None:
        key = recording_key(job.interview_id, job.attempt)
        began = self._clock.monotonic()
        stored = await self._objects.put_stream(key, self._wav(tracks, job))
        ref = common.ObjectRef(key=stored.key, sha256=stored.sha256, size_bytes=stored.size_bytes)
        async with self._open_unit() as uow:
            await self._interviews.put_artifact(
                uow, job.interview_id, job.attempt, Artifact.RECORDING, ref
            )
            await self._jobs.finish(uow, job)
            await self._pipeline.recording_settled(uow, job.interview_id, job.attempt)
        took_ms = round((self._clock.monotonic() - began) * 1000)
        log.info("recording_rendered", samples=tracks.length, took_ms=took_ms)

    async def purge(self, job: ClaimedJob) -> None:
        """Erases all that an attempt recorded."""
        count = await self._objects.delete_prefix(attempt_prefix(job.interview_id, job.attempt))
        async with self._open_unit() as uow:
            await self._answers.forget(uow, job.interview_id, job.attempt)
            await self._archive.forget(uow, job.interview_id, job.attempt)
            await self._jobs.finish(uow, job)
        log.info("attempt_purged", objects=count)

    async def give_up(self, job: ClaimedJob, reason: str) -> None:
        """Leaves the job undone: a person has to look."""
        log.error("job_given_up", kind=job.kind, reason=reason)
        async with self._open_unit() as uow:
            await self._jobs.finish(uow, job)
            if job.kind is Job.RECORDING:
                await self._pipeline.recording_settled(uow, job.interview_id, job.attempt)

    async def _wav(self, tracks: Tracks, job: ClaimedJob) -> AsyncIterator[bytes]:
        yield wav_header(tracks.length, channels=2)
        extended = self._clock.monotonic()
        for start, end in blocks(tracks.length, _BLOCK_SAMPLES):
            left = await self._mixed(tracks.candidate, start, end)
            right = await self._mixed(tracks.interviewer, start, end)
            yield interleave(left, right)
            if self._clock.monotonic() - extended > self._hold.total_seconds() / 3:
                extended = self._clock.monotonic()
                async with self._open_unit() as uow:
                    await self._jobs.extend(uow, job, self._clock.now() + self._hold)

    async def _mixed(self, clips: Sequence[Clip], start: int, end: int) -> Samples:
        block = np.zeros(end - start, dtype=np.int16)
        for piece in pieces(clips, start, end):
            samples = await self._read(piece)
            block[piece.at : piece.at + len(samples)] = samples
        return block

    async def _read(self, piece: Piece) -> Samples:
        try:
            data = await self._objects.get_range(piece.key, piece.start_byte, piece.end_byte)
        except NotFoundError:
            log.warning("recording_has_a_hole", key=piece.key)
            return np.zeros(0, dtype=np.int16)
        return to_samples(data)
