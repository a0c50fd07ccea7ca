"""The composition root of the session service."""

from dataclasses import dataclass
from datetime import timedelta

from viva.audio.models.store import ModelStore
from viva.contracts.session.v1.simulation_pb2_grpc import add_SimulationServiceServicer_to_server
from viva.platform.clock import Clock
from viva.platform.db import Database
from viva.platform.objects import Objects
from viva.platform.service import Runtime, Service
from viva.session.adapters.answer_store import SqlAnswerStore
from viva.session.adapters.conversation_store import SqlConversationStore
from viva.session.adapters.interview_store import SqlInterviewStore
from viva.session.adapters.job_store import SqlJobStore
from viva.session.adapters.prompt_store import SqlPromptStore
from viva.session.adapters.spec_mapper import SpecMapper
from viva.session.adapters.synthesizer import KokoroVoice, wav_of
from viva.session.adapters.wakeups import PostgresWakeups
from viva.session.application.erasure import Erasure
from viva.session.application.lifecycle import Lifecycle
from viva.session.application.lifecycle_commands import LifecycleCommands
from viva.session.application.lifecycle_events import LifecyclePublisher
from viva.session.application.lifecycle_jobs import JobWorker
from viva.session.application.lifecycle_ports import Job
from viva.session.application.pipeline import Pipeline
from viva.session.application.prompts import Prompts, Voice
from viva.session.application.recording import ConversationArchive, Recordings
from viva.session.application.sweep import LeftConversations, Sweep
from viva.session.domain.lifecycle import Deadlines
from viva.session.entrypoints.grpc_simulation import SimulationServicer
from viva.session.entrypoints.kafka import subscribe
from viva.session.live import build_live
from viva.session.settings import SessionSettings

# Interviews are rendered in turns, so that a long script does not hold up a short one.
_PROMPT_WORKERS = 2


@dataclass(frozen=True)
class Stores:
    """The service's own tables."""

    wakeups: PostgresWakeups
    interviews: SqlInterviewStore
    answers: SqlAnswerStore
    prompts: SqlPromptStore
    jobs: SqlJobStore


@dataclass(frozen=True)
class LifecycleParts:
    """The half of the service that outlives every conversation."""

    lifecycle: Lifecycle
    commands: LifecycleCommands
    pipeline: Pipeline
    prompts: Prompts
    publisher: LifecyclePublisher
    deadlines: Deadlines


def open_stores(database: Database, clock: Clock) -> Stores:
    """The tables, and who listens for wake-ups."""
    wakeups = PostgresWakeups(database)
    return Stores(
        wakeups=wakeups,
        interviews=SqlInterviewStore(),
        answers=SqlAnswerStore(),
        prompts=SqlPromptStore(),
        jobs=SqlJobStore(clock, wakeups),
    )


def build_lifecycle(
    database: Database,
    objects: Objects,
    clock: Clock,
    settings: SessionSettings,
    stores: Stores,
    voice: Voice,
) -> LifecycleParts:
    """Puts the lifecycle together; starts nothing."""
    open_unit = database.unit_of_work
    deadlines = Deadlines(
        stage=timedelta(seconds=settings.stage_deadline_s),
        handover=timedelta(seconds=settings.handover_s),
        closing=timedelta(seconds=settings.closing_s),
        cancel=timedelta(seconds=settings.cancel_deadline_s),
    )
    planner = SpecMapper(
        voice=settings.voice,
        total_ms=round(settings.total_limit_s * 1000),
        grace_ms=round(settings.grace_s * 1000),
        answer_limit_ms=round(settings.answer_limit_s * 1000),
    )
    publisher = LifecyclePublisher(clock, stores.interviews, stores.answers, stores.jobs)
    pipeline = Pipeline(
        stores.interviews, stores.answers, stores.jobs, objects, publisher, deadlines
    )
    prompts = Prompts(
        voice,
        wav_of,
        open_unit=open_unit,
        objects=objects,
        interviews=stores.interviews,
        prompts=stores.prompts,
        jobs=stores.jobs,
        publisher=publisher,
        clock=clock,
    )
    lifecycle = Lifecycle(
        open_unit,
        stores.interviews,
        stores.answers,
        stores.prompts,
        planner,
        pipeline,
        publisher,
        deadlines,
    )
    commands = LifecycleCommands(
        interviews=stores.interviews,
        jobs=stores.jobs,
        prompts=prompts,
        planner=planner,
        wakeups=stores.wakeups,
        publisher=publisher,
        deadlines=deadlines,
    )
    return LifecycleParts(lifecycle, commands, pipeline, prompts, publisher, deadlines)


def run_lifecycle(
    runtime: Runtime,
    settings: SessionSettings,
    stores: Stores,
    parts: LifecycleParts,
    archive: ConversationArchive,
    conversations: LeftConversations | None,
) -> None:
    """Adds the lifecycle's background work and its handlers of events."""
    open_unit = runtime.database().unit_of_work
    recordings = Recordings(
        open_unit=open_unit,
        objects=runtime.objects(),
        interviews=stores.interviews,
        answers=stores.answers,
        jobs=stores.jobs,
        pipeline=parts.pipeline,
        archive=archive,
        clock=runtime.clock,
    )
    erasure = Erasure(
        open_unit=open_unit,
        objects=runtime.objects(),
        interviews=stores.interviews,
        answers=stores.answers,
        jobs=stores.jobs,
        archive=archive,
    )
    kinds = [
        *[(Job.PROMPTS, parts.prompts.work, parts.prompts.give_up)] * _PROMPT_WORKERS,
        (Job.RECORDING, recordings.render, recordings.give_up),
        (Job.PURGE, recordings.purge, recordings.give_up),
        (Job.ERASE, erasure.erase, erasure.give_up),
    ]
    for kind, work, give_up in kinds:
        worker = JobWorker(
            kind, work, give_up, jobs=stores.jobs, open_unit=open_unit, clock=runtime.clock
        )
        stores.wakeups.on(kind, worker.wake)
        runtime.task(f"session-{kind}", worker.run)
    sweep = Sweep(
        open_unit=open_unit,
        interviews=stores.interviews,
        pipeline=parts.pipeline,
        lifecycle=parts.lifecycle,
        publisher=parts.publisher,
        conversations=conversations,
        deadlines=parts.deadlines,
        clock=runtime.clock,
        every_s=settings.sweep_every_s,
    )
    runtime.task("session-sweep", sweep.run)
    runtime.task("session-wakeups", stores.wakeups.run)
    subscribe(runtime.messaging(), parts.commands, parts.pipeline)


async def build(runtime: Runtime, settings: SessionSettings) -> None:
    """Everything that the service does.

    Raises:
        ModelMissingError: a model is not on this machine.
    """
    voice = runtime.add(
        KokoroVoice(ModelStore(), threads=settings.voice_threads, idle_s=settings.voice_idle_s)
    )
    runtime.task("session-voice", voice.run)
    stores = open_stores(runtime.database(), runtime.clock)
    parts = build_lifecycle(
        runtime.database(), runtime.objects(), runtime.clock, settings, stores, voice
    )
    archive = SqlConversationStore()
    conversations = await build_live(runtime, settings, parts.lifecycle, stores.wakeups, archive)
    run_lifecycle(runtime, settings, stores, parts, archive, conversations)
    runtime.grpc_server().add(
        lambda server: add_SimulationServiceServicer_to_server(
            SimulationServicer(parts.prompts), server
        )
    )


service = Service(
    name="session",
    settings=SessionSettings,
    build=build,
    migrations="viva.session.migrations",
)
