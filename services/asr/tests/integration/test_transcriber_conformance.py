"""What every AnswerTranscriber does, on the fake and on the worker with the real model."""

import struct
from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio

from viva.asr.adapters.final_worker import WorkerTranscriber, final_worker
from viva.asr.application.ports import AnswerTranscriber, RecordedAudio
from viva.asr.domain.language import primary_subtag
from viva.asr.domain.model import Span, Transcript, Word
from viva.asr.settings import AsrSettings
from viva.audio.pcm import Samples, level_dbfs
from viva.audio.resample import resample
from viva.audio.wav import read_wav, write_wav
from viva.platform.errors import InvalidError

LIMIT_MS = 30_000
SENTENCE = "I led a small team that moved our data to the cloud."


class FakeTranscriber:
    """Knows one sentence; takes anything loud for it, as one voiced span."""

    async def transcribe(self, audio: RecordedAudio) -> Transcript:
        samples = read_wav(audio.wav)
        if len(samples) > LIMIT_MS * 16:
            raise InvalidError("too long", code="audio_too_long")
        language = primary_subtag(audio.language)
        if level_dbfs(samples) < -50:
            return Transcript(language, 0.0)
        loud = np.flatnonzero(np.abs(samples.astype(int)) > 300) // 16
        first, last = int(loud[0]), int(loud[-1])
        said = SENTENCE.split()
        step = (last - first) // len(said)
        words = (
            Word(text, first + i * step, first + (i + 1) * step, 1.0) for i, text in enumerate(said)
        )
        return Transcript(language, 1.0, tuple(words), (Span(first, last),))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worker() -> AsyncIterator[WorkerTranscriber]:
    process = final_worker(AsrSettings(final_max_audio_ms=LIMIT_MS))
    await process.start()
    yield WorkerTranscriber(process)
    await process.stop()


@pytest.fixture(params=["fake", "worker"])
def transcriber(request: pytest.FixtureRequest) -> AnswerTranscriber:
    if request.param == "fake":
        return FakeTranscriber()
    real: WorkerTranscriber = request.getfixturevalue("worker")
    return real


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_words_lie_where_they_were_said(
    transcriber: AnswerTranscriber, sentence: Samples
) -> None:
    before, after = np.zeros(5 * 16_000, np.int16), np.zeros(3 * 16_000, np.int16)
    audio = np.concatenate([before, sentence, after])
    found = await transcriber.transcribe(RecordedAudio(write_wav(audio), "en-US"))
    assert found.language == "en"
    assert {"small", "team", "cloud"} <= {word.text.strip(".,").lower() for word in found.words}
    end_ms = 5000 + len(sentence) / 16
    assert all(4800 <= w.start_ms <= w.end_ms <= end_ms + 200 for w in found.words)
    assert all(0 < word.confidence <= 1 for word in found.words)
    assert abs(found.speech[0].start_ms - 5000) < 200
    assert abs(found.speech[-1].end_ms - end_ms) < 300


async def test_the_same_audio_gives_the_same_transcript(
    transcriber: AnswerTranscriber, sentence: Samples
) -> None:
    audio = RecordedAudio(write_wav(sentence), "en")
    assert await transcriber.transcribe(audio) == await transcriber.transcribe(audio)


@pytest.mark.parametrize("rate_hz", [8_000, 48_000])
async def test_other_rates_are_converted(
    transcriber: AnswerTranscriber, sentence: Samples, rate_hz: int
) -> None:
    wav = write_wav(resample(sentence, 16_000, rate_hz), rate_hz=rate_hz)
    found = await transcriber.transcribe(RecordedAudio(wav, "en"))
    assert "team" in {word.text for word in found.words}


@pytest.mark.parametrize("samples", [0, 1, 16_000, 20 * 16_000])
async def test_silence_gives_an_empty_transcript(
    transcriber: AnswerTranscriber, samples: int
) -> None:
    wav = write_wav(np.zeros(samples, np.int16))
    found = await transcriber.transcribe(RecordedAudio(wav, "en-GB"))
    assert (found.language, found.language_probability) == ("en", 0.0)
    assert not found.words
    assert not found.speech


async def test_too_long_is_refused(transcriber: AnswerTranscriber) -> None:
    wav = write_wav(np.zeros(30 * 60 * 16_000, np.int16))
    with pytest.raises(InvalidError) as refused:
        await transcriber.transcribe(RecordedAudio(wav, "en"))
    assert refused.value.code == "audio_too_long"


@pytest.mark.parametrize(
    "wav",
    [
        b"",
        b"RIFF",
        b"not audio at all" * 100,
        write_wav(np.ones(1000, np.int16))[:-7],
        write_wav(np.ones(1000, np.int16)).replace(struct.pack("<I", 16_000), b"\0\0\0\0", 1),
    ],
    ids=["empty", "short", "garbage", "cut", "no_rate"],
)
async def test_what_is_no_audio_is_refused(transcriber: AnswerTranscriber, wav: bytes) -> None:
    with pytest.raises(InvalidError):
        await transcriber.transcribe(RecordedAudio(wav, "en"))


async def test_models_and_runtime_are_named(worker: WorkerTranscriber) -> None:
    found = await worker.transcribe(RecordedAudio(write_wav(np.zeros(160, np.int16)), "en"))
    assert [model.name for model in found.models] == ["whisper-base", "silero-vad", "asr-runtime"]
    assert all(len(model.sha256) == 64 for model in found.models)
