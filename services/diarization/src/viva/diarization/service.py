"""The composition root of the diarization service."""

from viva.diarization.adapters.object_archive import ObjectCandidateAudio, ObjectVoiceArchive
from viva.diarization.adapters.worker import WorkerAttributor, attribution_worker
from viva.diarization.application.attribute_answer import AttributeAnswerHandler
from viva.diarization.entrypoints.kafka import AnswerStage, InterviewEnd
from viva.diarization.settings import DiarizationSettings
from viva.platform.service import Runtime, Service


async def build(runtime: Runtime, settings: DiarizationSettings) -> None:
    """One stage of the pipeline; ready when its models are loaded."""
    worker = runtime.add(attribution_worker(settings))
    objects = runtime.objects()
    archive = ObjectVoiceArchive(objects)
    handler = AttributeAnswerHandler(
        objects,
        WorkerAttributor(worker),
        archive,
        ObjectCandidateAudio(objects),
        max_audio_bytes=settings.max_audio_bytes,
    )
    AnswerStage(handler).subscribe(runtime.messaging())
    InterviewEnd(archive).subscribe(runtime.messaging())


service = Service(name="diarization", settings=DiarizationSettings, build=build)
