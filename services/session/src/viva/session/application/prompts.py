"""Renders all that a script can say before its candidate joins, and never the same words twice."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol
from weakref import WeakValueDictionary

from viva.contracts.common.v1 import common_pb2 as common
from viva.platform.clock import Clock
from viva.platform.db import UnitOfWork
from viva.platform.log import bind_interview, bound_interview, get_logger
from viva.platform.objects import Objects
from viva.platform.telemetry import resumed, tracer
from viva.session.application.lifecycle_events import LifecyclePublisher
from viva.session.application.lifecycle_ports import (
    ClaimedJob,
    InterviewStore,
    Job,
    JobStore,
    OpenUnit,
    PromptStore,
)
from viva.session.domain.interview import Interview
from viva.session.domain.lifecycle import State
from viva.session.domain.storage_keys import prompt_key

PROMPTS_FAILED = "prompts_failed"

log = get_logger(__name__)


class Voice(Protocol):
    """Speaks texts; slow, and shared by all interviews of a replica."""

    def fingerprint(self, text: str, voice: str) -> str:
        """Names the sound: the same text, voice and model give the same one."""
        ...

    async def speak(self, text: str, voice: str) -> bytes:
        """PCM16 mono at 16 kHz.

        Raises:
            InvalidError: unknown voice, or nothing that can be spoken.
        """
        ...


class WavWriter(Protocol):
    """Wraps samples into a file."""

    def __call__(self, pcm: bytes) -> bytes:
        """A WAV file of PCM16 mono at 16 kHz."""
        ...


class Prompts:
    """Prompts of interviews: planned in a handler, rendered by a job.

    An interview whose prompts all lie in the cache is ready at once.
    """

    def __init__(
        self,
        voice: Voice,
        wav: WavWriter,
        *,
        open_unit: OpenUnit,
        objects: Objects,
        interviews: InterviewStore,
        prompts: PromptStore,
        jobs: JobStore,
        publisher: LifecyclePublisher,
        clock: Clock,
        hold: timedelta = timedelta(seconds=60),
    ) -> None:
        self._voice = voice
        self._wav = wav
        self._open_unit = open_unit
        self._objects = objects
        self._interviews = interviews
        self._prompts = prompts
        self._jobs = jobs
        self._publisher = publisher
        self._clock = clock
        self._hold = hold
        # Interviews with the same script are rendered at the same time: one waits for the other.
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def plan(
        self, uow: UnitOfWork, interview: Interview, texts: Mapping[str, str], voice: str
    ) -> None:
        """Notes what a new interview says; renders it later where that is not done already."""
        await self._prompts.plan(uow, interview.id, texts, voice)
        if not await self._assign(uow, interview):
            await self._jobs.add(uow, Job.PROMPTS, interview.id, interview.attempt)

    async def work(self, job: ClaimedJob) -> None:
        """Renders the prompts of one interview that are not rendered yet."""
        async with self._open_unit() as uow:
            stored = await self._interviews.load(uow, job.interview_id)
            if stored is None or stored.interview.state is not State.CREATED:
                await self._jobs.finish(uow, job)
                return
            wanted = await self._prompts.wanted(uow, job.interview_id)
        with resumed(stored.traceparent), bind_interview(job.interview_id):
            for _, text, voice in wanted:
                await self._render(job, text, voice)
        async with self._open_unit() as uow:
            stored = await self._interviews.load(uow, job.interview_id)
            if stored is not None:
                with resumed(stored.traceparent):
                    await self._assign(uow, stored.interview)
                    await self._interviews.save(uow, stored.interview)
                    await self._publisher.publish(uow, stored.interview)
            await self._jobs.finish(uow, job)

    async def give_up(self, job: ClaimedJob, reason: str) -> None:
        """The script cannot be spoken: there will be no interview."""
        async with self._open_unit() as uow:
            stored = await self._interviews.load(uow, job.interview_id)
            if stored is not None:
                with resumed(stored.traceparent):
                    stored.interview.fail(PROMPTS_FAILED, f"the script cannot be spoken: {reason}")
                    await self._interviews.save(uow, stored.interview)
                    await self._publisher.publish(uow, stored.interview)
            await self._jobs.finish(uow, job)

    async def _assign(self, uow: UnitOfWork, interview: Interview) -> bool:
        wanted = await self._prompts.wanted(uow, interview.id)
        fingerprints = {key: self._voice.fingerprint(text, voice) for key, text, voice in wanted}
        cached = await self._prompts.cached(uow, tuple(set(fingerprints.values())))
        if any(fingerprint not in cached for fingerprint in fingerprints.values()):
            return False
        await self._prompts.assign(uow, interview.id, fingerprints)
        interview.prompts_rendered(len(await self._prompts.prompts(uow, interview.id)))
        return True

    async def rendered(self, text: str, voice: str) -> common.ObjectRef:
        """The sound of a text: from the cache, or rendered now and kept there.

        Raises:
            InvalidError: unknown voice, or nothing that can be spoken.
        """
        fingerprint = self._voice.fingerprint(text, voice)
        turn = self._turns.setdefault(fingerprint, asyncio.Lock())
        async with turn:
            async with self._open_unit() as uow:
                cached = await self._prompts.cached(uow, (fingerprint,))
            return cached.get(fingerprint) or await self._speak(fingerprint, text, voice)

    async def _render(self, job: ClaimedJob, text: str, voice: str) -> None:
        async with self._open_unit() as uow:
            await self._jobs.extend(uow, job, self._clock.now() + self._hold)
        await self.rendered(text, voice)

    async def _speak(self, fingerprint: str, text: str, voice: str) -> common.ObjectRef:
        began = self._clock.monotonic()
        with tracer("viva.session").start_as_current_span("render prompt") as span:
            span.set_attribute("viva.interview_id", bound_interview())
            pcm = await self._voice.speak(text, voice)
            stored = await self._objects.put(prompt_key(fingerprint), self._wav(pcm))
        ref = common.ObjectRef(key=stored.key, sha256=stored.sha256, size_bytes=stored.size_bytes)
        samples = len(pcm) // 2
        async with self._open_unit() as uow:
            await self._prompts.put(uow, fingerprint, ref, samples)
        took_ms = round((self._clock.monotonic() - began) * 1000)
        log.info("prompt_rendered", samples=samples, took_ms=took_ms)
        return ref
