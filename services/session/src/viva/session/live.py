"""The composition root of the live half: conversations, their models and their entrance."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

from viva.audio.models.store import ModelStore
from viva.audio.vad import VoiceActivityDetector
from viva.contracts.session.v1.conversation_pb2_grpc import (
    add_ConversationServiceServicer_to_server,
)
from viva.platform.service import Runtime
from viva.session.adapters.conversation_store import SqlConversationStore
from viva.session.adapters.recognizer import GrpcRecognizer
from viva.session.adapters.turn.judge import PooledEndOfTurn
from viva.session.adapters.turn.pool import DeadlinePool
from viva.session.adapters.turn.smart_turn import SmartTurn
from viva.session.adapters.wakeups import PostgresWakeups
from viva.session.application.lifecycle import CANCEL_TOPIC, Lifecycle
from viva.session.application.live.conversations import Conversations
from viva.session.application.live.opening import LiveParts
from viva.session.application.live.prompt_library import PromptLibrary
from viva.session.application.live.report import ConversationReport
from viva.session.application.live.senses import Models
from viva.session.application.live.slots import free_slots
from viva.session.domain.conversation.turn import TurnCurve
from viva.session.entrypoints.grpc import ConversationServicer
from viva.session.settings import SessionSettings

_QUICK_THREADS = 2


async def load_models(runtime: Runtime, settings: SessionSettings, store: ModelStore) -> Models:
    """Loads what a conversation listens with.

    Raises:
        ModelMissingError: a model is not on this machine.
    """
    detector = await asyncio.to_thread(VoiceActivityDetector, store)
    end_of_turn = await asyncio.to_thread(SmartTurn, store)
    pool = runtime.add(DeadlinePool("end-of-turn", settings.turn_threads, runtime.clock.monotonic))
    return Models(
        voice_activity=detector,
        end_of_turn=PooledEndOfTurn(end_of_turn, pool),
        recognizer=GrpcRecognizer(
            runtime.grpc_channel(runtime.platform.asr_target), runtime.clock.monotonic
        ),
        quick=ThreadPoolExecutor(_QUICK_THREADS, thread_name_prefix="voice-activity"),
    )


async def build_live(
    runtime: Runtime,
    settings: SessionSettings,
    lifecycle: Lifecycle,
    wakeups: PostgresWakeups,
    archive: SqlConversationStore,
) -> Conversations:
    """Everything that conducts conversations; returns them for whoever sweeps."""
    server = runtime.grpc_server()
    host = settings.advertised_host or _own_host(settings.grpc_host)
    parts = LiveParts(
        open_unit=runtime.database().unit_of_work,
        store=archive,
        objects=runtime.objects(),
        lifecycle=lifecycle,
        prompts=PromptLibrary(runtime.objects()),
        models=await load_models(runtime, settings, ModelStore()),
        clock=runtime.clock,
        report=ConversationReport(),
        address=lambda: f"{host}:{server.port}",
        curve=TurnCurve(bias=settings.turn_bias),
    )
    conversations = Conversations(parts, limit=settings.conversations)
    server.add(
        lambda grpc_server: add_ConversationServiceServicer_to_server(
            ConversationServicer(conversations), grpc_server
        )
    )
    wakeups.on(CANCEL_TOPIC, conversations.look)
    runtime.health.report("conversations", lambda: len(conversations.live))
    runtime.health.report("occupied_percent", lambda: conversations.occupied_percent)
    runtime.add(free_slots(conversations))
    runtime.on_drain(conversations.drain)
    runtime.task("session-replica", conversations.announce)
    return conversations


def _own_host(bound: str) -> str:
    """Where other machines find this one, if it listens on every address."""
    return socket.gethostname() if bound in ("0.0.0.0", "::", "[::]") else bound  # noqa: S104
