"""The composition root of the asr service."""

import asyncio

from viva.asr.adapters.final_worker import WorkerTranscriber, final_worker
from viva.asr.adapters.live_models import load_live_models
from viva.asr.application.live_queue import LiveQueue
from viva.asr.application.transcribe_answer import TranscribeAnswerHandler
from viva.asr.entrypoints.grpc import RecognitionServicer
from viva.asr.entrypoints.kafka import AnswerStage
from viva.asr.settings import AsrSettings
from viva.audio.models.store import ModelStore
from viva.contracts.asr.v1 import recognition_pb2_grpc
from viva.platform.service import Runtime, Service

_WAV_BYTES_PER_MS = 192  # 48 kHz stereo: what a foreign recorder may have written


async def build(runtime: Runtime, settings: AsrSettings) -> None:
    """Live recognition over gRPC, final recognition over events."""
    recognizer = await asyncio.to_thread(load_live_models, settings, ModelStore())
    queue = runtime.add(
        LiveQueue(
            recognizer,
            runtime.clock,
            workers=settings.live_workers,
            capacity=settings.live_queue,
        )
    )
    servicer = RecognitionServicer(
        queue,
        max_audio_ms=settings.live_max_audio_ms,
        default_deadline_s=settings.live_deadline_s,
    )
    runtime.grpc_server().add(
        lambda server: recognition_pb2_grpc.add_RecognitionServiceServicer_to_server(
            servicer, server
        )
    )
    worker = runtime.add(final_worker(settings))
    handler = TranscribeAnswerHandler(
        runtime.objects(),
        WorkerTranscriber(worker),
        max_audio_bytes=settings.final_max_audio_ms * _WAV_BYTES_PER_MS,
    )
    AnswerStage(handler).subscribe(runtime.messaging())


service = Service(name="asr", settings=AsrSettings, build=build)
