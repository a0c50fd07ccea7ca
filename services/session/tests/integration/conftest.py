"""The lifecycle on a real database, with a clock that the test turns and a voice that is quick."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import pytest_asyncio
from google.protobuf.message import Message
from sqlalchemy import select

from viva.contracts.catalogue import message_type
from viva.contracts.common.v1 import common_pb2 as common
from viva.platform.db import Database, UnitOfWork
from viva.platform.db.tables import outbox
from viva.platform.errors import InvalidError
from viva.platform.objects import Objects
from viva.session.application.lifecycle_jobs import GiveUp, JobWorker, Work
from viva.session.application.lifecycle_ports import (
    AnswerStage,
    Job,
    StageResult,
    StoredInterview,
    VerdictStage,
)
from viva.session.application.recording import Recordings
from viva.session.application.sweep import LeftConversations, Sweep
from viva.session.domain.lifecycle import EndReason, State
from viva.session.domain.recording import Tracks
from viva.session.service import LifecycleParts, Stores, build_lifecycle, open_stores
from viva.session.settings import SessionSettings
from viva.testkit.clock import FakeClock

M = TypeVar("M", bound=Message)

INTERVIEW = "iv_test"


class QuickVoice:
    """Says every text as ten milliseconds of the same sample, and counts."""

    def __init__(self) -> None:
        self.samples = 160
        self.spoken: list[str] = []

    def fingerprint(self, text: str, voice: str) -> str:
        return f"{voice}-{abs(hash(text)):x}"

    async def speak(self, text: str, voice: str) -> bytes:
        if voice == "nobody":
            raise InvalidError("no such voice", code="voice_unknown")
        self.spoken.append(text)
        return b"\1\0" * self.samples


class KeptTracks:
    """What a conversation left behind."""

    def __init__(self, tracks: Tracks) -> None:
        self._tracks = tracks
        self.forgotten: list[tuple[str, int]] = []

    async def tracks(self, uow: UnitOfWork, interview_id: str, attempt: int) -> Tracks:
        return self._tracks

    async def forget(self, uow: UnitOfWork, interview_id: str, attempt: int) -> None:
        self.forgotten.append((interview_id, attempt))


@dataclass
class World:
    """One replica's lifecycle, driven by hand."""

    database: Database
    objects: Objects
    clock: FakeClock
    stores: Stores
    parts: LifecycleParts
    voice: QuickVoice

    async def create(self, spec: common.InterviewSpec | None = None, attempt: int = 1) -> None:
        spec = spec or self.spec()
        async with self.database.unit_of_work() as uow:
            await self.parts.commands.create(
                uow, spec, attempt, self.clock.now() + timedelta(days=7)
            )

    def spec(self, interview_id: str = INTERVIEW, voice: str = "af_heart") -> common.InterviewSpec:
        spec = common.InterviewSpec(
            interview_id=interview_id,
            tenant_id="tn_1",
            channel=common.CHANNEL_BROWSER,
            role="Engineer",
            persona=common.Persona(name="Ada", language="en", voice=voice),
            limits=common.Limits(total_ms=600_000, grace_ms=30_000),
        )
        for number in (1, 2):
            spec.question_set.questions.add(id=f"q{number}", text=f"Question {number}?")
        spec.question_set.questions.add(id="w", text="How are you?", warm_up=True)
        return spec

    async def render_prompts(self) -> None:
        await self.do_jobs(Job.PROMPTS, self.parts.prompts.work, self.parts.prompts.give_up)

    async def do_jobs(self, kind: Job, work: Work, give_up: GiveUp) -> None:
        worker = JobWorker(
            kind,
            work,
            give_up,
            jobs=self.stores.jobs,
            open_unit=self.database.unit_of_work,
            clock=self.clock,
        )
        while await worker.step():
            pass

    async def start(self, attempt: int = 1) -> None:
        async with self.database.unit_of_work() as uow:
            await self.parts.lifecycle.started(uow, INTERVIEW, attempt, self.clock.now())

    async def joined(self) -> None:
        await self.create()
        await self.render_prompts()
        await self.start()

    def answer(
        self, number: int, revision: int = 1, *, attempt: int = 1, warm_up: bool = False
    ) -> common.AnswerContext:
        return common.AnswerContext(
            interview_id=INTERVIEW,
            attempt=attempt,
            answer_id=f"an_{number}",
            revision=revision,
            question_id="w" if warm_up else f"q{number}",
            start_position=number * 16_000,
            duration_ms=900 + revision,
            warm_up=warm_up,
        )

    async def record(self, *answers: common.AnswerContext) -> None:
        for answer in answers:
            async with self.database.unit_of_work() as uow:
                await self.parts.lifecycle.answer_recorded(uow, answer)

    def recordings(self, archive: KeptTracks) -> Recordings:
        return Recordings(
            open_unit=self.database.unit_of_work,
            objects=self.objects,
            interviews=self.stores.interviews,
            answers=self.stores.answers,
            jobs=self.stores.jobs,
            pipeline=self.parts.pipeline,
            archive=archive,
            clock=self.clock,
        )

    async def render_recording(self, tracks: Tracks | None = None) -> None:
        work = self.recordings(KeptTracks(tracks or Tracks((), ())))
        await self.do_jobs(Job.RECORDING, work.render, work.give_up)

    async def hang_up(
        self,
        reason: EndReason = EndReason.FINISHED,
        attempt: int = 1,
        *,
        rendered: bool = True,
    ) -> None:
        """Ends the conversation; the recording is there at once unless it is said otherwise."""
        async with self.database.unit_of_work() as uow:
            await self.parts.lifecycle.conversation_ended(
                uow, INTERVIEW, attempt, reason, self.clock.now()
            )
        if rendered:
            await self.render_recording()

    def results_of(
        self, answer: common.AnswerContext, words: Sequence[str] = ("well",)
    ) -> list[StageResult]:
        key = (answer.answer_id, answer.revision)
        transcript = common.Transcript(words=[common.Word(text=text) for text in words])
        return [
            StageResult(*key, AnswerStage.ATTRIBUTION, common.AnswerBundle(transcript=transcript)),
            StageResult(
                *key,
                AnswerStage.SCORING,
                common.AnswerScore(answer_id=key[0], revision=key[1], word_count=len(words)),
            ),
            StageResult(
                *key,
                AnswerStage.ASSESSMENT,
                common.AnswerAssessment(answer_id=key[0], revision=key[1]),
            ),
        ]

    async def give(self, *results: StageResult, attempt: int = 1) -> None:
        for result in results:
            async with self.database.unit_of_work() as uow:
                await self.parts.pipeline.answer_result(uow, INTERVIEW, attempt, result)

    async def judge(
        self,
        stage: VerdictStage,
        message: common.InterviewScore | common.InterviewAssessment | None,
        attempt: int = 1,
    ) -> None:
        async with self.database.unit_of_work() as uow:
            await self.parts.pipeline.verdict_result(uow, INTERVIEW, attempt, stage, message)

    async def sweep(self, conversations: LeftConversations | None = None) -> int:
        sweep = Sweep(
            open_unit=self.database.unit_of_work,
            interviews=self.stores.interviews,
            pipeline=self.parts.pipeline,
            lifecycle=self.parts.lifecycle,
            publisher=self.parts.publisher,
            conversations=conversations,
            deadlines=self.parts.deadlines,
            clock=self.clock,
        )
        return await sweep.once()

    async def stored(self, interview_id: str = INTERVIEW) -> StoredInterview:
        async with self.database.unit_of_work() as uow:
            stored = await self.stores.interviews.load(uow, interview_id)
        assert stored is not None
        return stored

    async def state(self, interview_id: str = INTERVIEW) -> State:
        return (await self.stored(interview_id)).interview.state

    async def published(self, interview_id: str = INTERVIEW) -> list[Message]:
        statement = (
            select(outbox.c.event_type, outbox.c.payload)
            .where(outbox.c.aggregate_id == interview_id)
            .order_by(outbox.c.sequence)
        )
        async with self.database.unit_of_work() as uow:
            rows = (await uow.session.execute(statement)).all()
        messages = []
        for row in rows:
            message = message_type(row.event_type)()
            message.ParseFromString(row.payload)
            messages.append(message)
        return messages

    async def published_of(self, kind: type[M]) -> list[M]:
        return [message for message in await self.published() if isinstance(message, kind)]

    async def published_names(self, interview_id: str = INTERVIEW) -> list[str]:
        return [type(message).__name__ for message in await self.published(interview_id)]


@pytest_asyncio.fixture
async def world(database_url: str, objects: Objects, clock: FakeClock) -> AsyncIterator[World]:
    database = Database(database_url, "session", migrations="viva.session.migrations", clock=clock)
    await database.start()
    stores = open_stores(database, clock)
    voice = QuickVoice()
    settings = SessionSettings()
    parts = build_lifecycle(database, objects, clock, settings, stores, voice)
    yield World(database, objects, clock, stores, parts, voice)
    await database.stop()
