"""Attribution in a process of its own, with its models loaded before the service is ready."""

import hashlib
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

from viva.audio.models.store import ModelStore
from viva.audio.pcm import Samples, milliseconds_of
from viva.audio.vad import VoiceActivityDetector
from viva.diarization.adapters.voice_space import SPACES_FILE
from viva.diarization.application.model import AnswerAudio, Attributed, Fingerprint
from viva.diarization.domain.model import Channel, Span
from viva.diarization.domain.roles import VoiceSettings
from viva.diarization.settings import DiarizationSettings
from viva.platform.worker_process import WorkerProcess

_RECIPE = "4"
"""Raise this when what is done with the models changes an attribution."""

Worker = WorkerProcess[AnswerAudio, Attributed]


@dataclass(frozen=True)
class Options:
    """What the worker needs to know; travels to it once."""

    model: str
    grouping: str
    threads: int


def attribution_worker(settings: DiarizationSettings) -> Worker:
    """The worker; started as a part, it has loaded its models when `start` returns."""
    return WorkerProcess(
        "viva-diarization",
        partial(load_attribution, Options(settings.model, settings.grouping, settings.threads)),
        nice=settings.nice,
        job_timeout_s=settings.timeout_s,
    )


class WorkerAttributor:
    """The port's side in the service's own process."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    async def attribute(self, answer: AnswerAudio) -> Attributed:
        """See the port."""
        return await self._worker.run(answer)


def load_attribution(options: Options) -> Callable[[AnswerAudio], Attributed]:
    """Runs in the worker: load the models, return what does a job."""
    # Torch stays out of the service's own process.
    import torch  # noqa: PLC0415

    from viva.diarization.adapters.models import (  # noqa: PLC0415
        ACTIVITY,
        speaker_embedder,
        voice_activity,
        voice_settings,
        window_clusterer,
    )
    from viva.diarization.application.attribution import Attribution  # noqa: PLC0415

    torch.set_num_threads(options.threads)
    store = ModelStore()
    settings = voice_settings(store, options.model)
    return Attribution(
        speaker_embedder(store, options.model),
        SileroSpeech(VoiceActivityDetector(store)),
        voice_activity(store),
        (
            _model_fingerprint(store, options.model),
            _model_fingerprint(store, ACTIVITY),
            _runtime_fingerprint(options, settings),
        ),
        settings=settings,
        cluster=window_clusterer(options.grouping),
    )


class SileroSpeech:
    """Voiced spans by silero-vad."""

    def __init__(self, detector: VoiceActivityDetector) -> None:
        self._detector = detector

    def find(self, samples: Samples) -> list[Span]:
        """See the port."""
        return [
            Span(int(milliseconds_of(span.start)), int(milliseconds_of(span.end)))
            for span in self._detector.speech_spans(samples)
        ]


def _model_fingerprint(store: ModelStore, model: str) -> Fingerprint:
    entry = store.model(model)
    source = store.override(model) or f"{entry.origin} ({entry.revision})"
    return Fingerprint(entry.name, source, store.fingerprint(model))


def _runtime_fingerprint(
    options: Options, settings: Mapping[Channel, VoiceSettings]
) -> Fingerprint:
    """What besides the weights decides an attribution."""
    libraries = (
        f"{name} {version(name)}" for name in ("torch", "scipy", "nemo_toolkit", "onnxruntime")
    )
    channels = " ".join(f"{channel.value}={one}" for channel, one in settings.items())
    text = "; ".join(
        (
            *libraries,
            platform.machine(),
            f"threads={options.threads} recipe={_RECIPE} grouping={options.grouping}",
            f"spaces={hashlib.sha256(SPACES_FILE.read_bytes()).hexdigest()[:16]}",
            channels,
        )
    )
    return Fingerprint("diarization-runtime", text, hashlib.sha256(text.encode()).hexdigest())
