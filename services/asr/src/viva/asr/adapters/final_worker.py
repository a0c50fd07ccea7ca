"""Final recognition in a process of its own, niced below the live work."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from viva.asr.adapters.whisper_final import WhisperTranscriber
from viva.asr.application.ports import RecordedAudio
from viva.asr.domain.model import Transcript
from viva.asr.settings import AsrSettings
from viva.audio.models.store import ModelStore
from viva.audio.pcm import milliseconds_of
from viva.audio.vad import VoiceActivityDetector
from viva.audio.wav import read_wav
from viva.platform.errors import InvalidError
from viva.platform.worker_process import WorkerProcess


@dataclass(frozen=True)
class FinalOptions:
    """What the worker needs to know; travels to it once."""

    model: str
    threads: int
    beam: int
    max_audio_ms: int


def final_worker(settings: AsrSettings) -> WorkerProcess[RecordedAudio, Transcript]:
    """The worker; started as a part, it has loaded its model when `start` returns."""
    options = FinalOptions(
        settings.final_model,
        settings.final_threads,
        settings.final_beam,
        settings.final_max_audio_ms,
    )
    return WorkerProcess(
        "viva-asr-final",
        partial(load_transcriber, options),
        nice=settings.final_nice,
        job_timeout_s=settings.final_timeout_s,
    )


class WorkerTranscriber:
    """The port's side in the service's own process."""

    def __init__(self, worker: WorkerProcess[RecordedAudio, Transcript]) -> None:
        self._worker = worker

    async def transcribe(self, audio: RecordedAudio) -> Transcript:
        """See the port."""
        return await self._worker.run(audio)


def load_transcriber(options: FinalOptions) -> Callable[[RecordedAudio], Transcript]:
    """Runs in the worker: load the models, return what does a job."""
    store = ModelStore()
    transcriber = WhisperTranscriber(
        store,
        options.model,
        VoiceActivityDetector(store),
        threads=options.threads,
        beam=options.beam,
    )

    def transcribe(audio: RecordedAudio) -> Transcript:
        samples = read_wav(audio.wav)
        duration_ms = milliseconds_of(len(samples))
        if duration_ms > options.max_audio_ms:
            raise InvalidError(
                f"{duration_ms / 1000:.0f} s of audio, the limit is "
                f"{options.max_audio_ms / 1000:.0f} s",
                code="audio_too_long",
            )
        return transcriber.transcribe(samples, audio.language)

    return transcribe
