"""Final recognition beside plain faster-whisper: same model, same threads, same answers."""

import asyncio
import time
from collections.abc import Callable

import numpy as np
from faster_whisper import WhisperModel

from tests.bench.bench import Bench
from viva.asr.adapters.whisper_final import WhisperTranscriber
from viva.asr.settings import AsrSettings
from viva.audio.models import ModelStore
from viva.audio.vad import VoiceActivityDetector
from viva.testkit.candidate.script import SAMPLE_RATE_HZ, Samples, Say
from viva.testkit.demo.answers import ANSWERS


async def measure(bench: Bench) -> None:
    """All of the demo's answers, each way, after one answer to warm up."""
    texts = [text for texts in ANSWERS.values() for text in texts]
    await bench.render([(Say(text),) for text in texts])
    audio = [bench.voice.render(Say(text)) for text in texts]
    rows = await asyncio.to_thread(_rows, audio)
    bench.table(
        f"Final recognition of {len(audio)} answers, {_seconds(audio):.0f} s of speech",
        ("what", "s", "times real time", "words"),
        rows,
    )


def _rows(audio: list[Samples]) -> list[tuple[object, ...]]:
    settings = AsrSettings()
    store = ModelStore()
    plain = WhisperModel(
        str(store.path(settings.final_model)),
        device="cpu",
        compute_type="int8",
        cpu_threads=settings.final_threads,
    )
    ours = WhisperTranscriber(
        store,
        settings.final_model,
        VoiceActivityDetector(store),
        threads=settings.final_threads,
        beam=settings.final_beam,
    )

    def plainly(samples: Samples) -> int:
        floats = samples.astype(np.float32) / 32768
        segments, _ = plain.transcribe(
            floats, language="en", beam_size=settings.final_beam, word_timestamps=True
        )
        return sum(len(segment.words or []) for segment in segments)

    def as_viva_does(samples: Samples) -> int:
        return len(ours.transcribe(samples, "en").words)

    return [
        _timed("viva, final stage", as_viva_does, audio),
        _timed("faster-whisper, word times", plainly, audio),
    ]


def _timed(
    name: str, recognize: Callable[[Samples], int], audio: list[Samples]
) -> tuple[object, ...]:
    recognize(audio[0])
    began = time.monotonic()
    words = sum(recognize(samples) for samples in audio)
    took = time.monotonic() - began
    return name, f"{took:.1f}", f"{_seconds(audio) / took:.1f}", words


def _seconds(audio: list[Samples]) -> float:
    return sum(len(samples) for samples in audio) / SAMPLE_RATE_HZ
