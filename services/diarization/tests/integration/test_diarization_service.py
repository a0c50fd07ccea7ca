"""The whole service on a real broker and object store."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import pytest_asyncio

from viva.audio.pcm import Samples
from viva.audio.wav import read_wav, write_wav
from viva.contracts.asr.events.v1 import events_pb2 as asr_events
from viva.contracts.common.v1 import common_pb2
from viva.contracts.diarization.events.v1 import events_pb2 as diarization_events
from viva.contracts.session.events.v1 import events_pb2 as session_events
from viva.diarization.service import service
from viva.diarization.settings import DiarizationSettings
from viva.platform.messaging.topics import apply_topics
from viva.platform.objects import Objects
from viva.platform.service import Runtime
from viva.testkit.events import Events, eventually
from viva.testkit.fixtures import RunningBroker, settings_for

pytestmark = pytest.mark.asyncio(loop_scope="module")
SENTENCE = "I led a small team that moved our data to the cloud within six months."
ASIDE = "Tell him that the project was finished on time."


class Running(NamedTuple):
    events: Events
    objects: Objects


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(
    embedded_broker: RunningBroker, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    folder: Path = tmp_path_factory.mktemp("diarization")
    platform = settings_for("postgresql://unused", embedded_broker, folder)
    await apply_topics(platform)
    runtime = Runtime(service, platform, DiarizationSettings(http_port=0, grpc_port=0, nice=0))
    await runtime.start()
    async with Events(platform) as events:
        yield Running(events, runtime.objects())
    await runtime.stop()


async def transcribed(
    running: Running, interview_id: str, number: int, *pieces: Samples
) -> asr_events.AnswerTranscribed:
    """An answer of pieces; each is one voiced span and one word."""
    samples, event = np.zeros(4000, np.int16), asr_events.AnswerTranscribed()
    for piece in pieces:
        start_ms = len(samples) // 16
        end_ms = start_ms + len(piece) // 16
        event.transcript.speech.add(start_ms=start_ms, end_ms=end_ms)
        event.transcript.words.add(text="word", start_ms=start_ms, end_ms=end_ms, confidence=0.9)
        samples = np.concatenate([samples, piece, np.zeros(4000, np.int16)])
    stored = await running.objects.put(f"{interview_id}/{number}.wav", write_wav(samples))
    answer = event.answer
    answer.interview_id, answer.attempt, answer.answer_id = interview_id, 1, f"ans_{number}"
    answer.revision, answer.start_position = 1, number * 1_000_000
    answer.audio.key, answer.audio.sha256 = stored.key, stored.sha256
    answer.audio.size_bytes = stored.size_bytes
    return event


async def test_an_interview_is_attributed(
    running: Running, speak: Callable[[str, str], Samples]
) -> None:
    own, other = speak(SENTENCE, "am_michael"), speak(ASIDE, "bf_emma")
    first = await transcribed(running, "iv_a", 1, own, own)
    second = await transcribed(running, "iv_a", 2, own, other)
    for event in (first, second, second):
        await running.events.publish(event, "iv_a")
    one, two, again = await running.events.expect(
        diarization_events.AnswerAttributed, "iv_a", count=3, timeout_s=60
    )
    assert one.answer == first.answer
    assert [speaker.role for speaker in one.attribution.speakers] == [
        common_pb2.SPEAKER_ROLE_CANDIDATE
    ]
    assert not one.attribution.speakers[0].HasField("similarity_to_candidate")
    assert {speaker.role for speaker in two.attribution.speakers} == {
        common_pb2.SPEAKER_ROLE_CANDIDATE,
        common_pb2.SPEAKER_ROLE_OTHER,
    }
    assert [(word.speaker, word.dropped) for word in two.transcript.words] == [
        ("candidate", False),
        ("other-1", True),
    ]
    assert two.attribution.dropped_words == 1
    assert {model.name for model in two.attribution.models} == {
        "campplus",
        "pyannote-segmentation",
        "diarization-runtime",
    }
    assert again == two
    audio = two.attribution.candidate_audio
    silenced = read_wav(await running.objects.get(audio.key, audio.sha256))
    assert not silenced[-len(other) // 2 :].any()
    assert silenced[: len(own)].any()


async def test_typed_answers_pass_through(running: Running) -> None:
    event = asr_events.AnswerTranscribed()
    event.answer.interview_id, event.answer.typed_text = "iv_t", "I led"
    event.transcript.words.add(text="I", confidence=1)
    await running.events.publish(event, "iv_t")
    (found,) = await running.events.expect(diarization_events.AnswerAttributed, "iv_t")
    assert found.transcript == event.transcript
    assert not found.attribution.speakers


async def test_what_cannot_be_attributed_fails_by_name_and_the_next_one_works(
    running: Running, speak: Callable[[str, str], Samples]
) -> None:
    own = speak(SENTENCE, "am_michael")
    missing = await transcribed(running, "iv_b", 1, own)
    missing.answer.audio.key = "none.wav"
    corrupt = await transcribed(running, "iv_b", 2, own)
    await running.objects.put("bad.wav", b"not audio")
    corrupt.answer.audio.key = "bad.wav"
    corrupt.answer.audio.sha256 = ""
    good = await transcribed(running, "iv_b", 3, own)
    good.answer.interviewer_voice.key = "none.wav"  # only that echo cannot be told
    good.answer.interviewer_spans.add(start_ms=0, end_ms=100)
    for event in (missing, corrupt, good):
        await running.events.publish(event, "iv_b")
    failures = await running.events.expect(
        diarization_events.AnswerAttributionFailed, "iv_b", count=2
    )
    assert [(event.failure.answer_id, event.failure.code) for event in failures] == [
        ("ans_1", "object_not_found"),
        ("ans_2", "wav_corrupt"),
    ]
    (found,) = await running.events.expect(diarization_events.AnswerAttributed, "iv_b")
    assert found.answer.answer_id == "ans_3"


async def test_voices_are_forgotten_when_all_answers_are_in(
    running: Running, speak: Callable[[str, str], Samples]
) -> None:
    event = await transcribed(running, "iv_f", 1, speak(SENTENCE, "am_michael"))
    await running.events.publish(event, "iv_f")
    await running.events.expect(diarization_events.AnswerAttributed, "iv_f", timeout_s=60)
    assert await running.objects.list("voices/iv_f/1")
    ready = session_events.InterviewReady(interview_id="iv_f", attempt=1)
    await running.events.publish(ready, "iv_f")

    async def forgotten() -> bool:
        return not await running.objects.list("voices/iv_f/1")

    await eventually(forgotten)
