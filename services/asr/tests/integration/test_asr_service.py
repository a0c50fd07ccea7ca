"""The whole service on a real broker, object store and gRPC port."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import grpc
import numpy as np
import pytest
import pytest_asyncio

from viva.asr.service import service
from viva.asr.settings import AsrSettings
from viva.audio.pcm import Samples, to_bytes
from viva.audio.wav import write_wav
from viva.contracts.asr.events.v1 import events_pb2 as asr_events
from viva.contracts.asr.v1 import recognition_pb2, recognition_pb2_grpc
from viva.contracts.common.v1 import common_pb2
from viva.contracts.session.events.v1 import events_pb2 as session_events
from viva.platform.messaging.topics import apply_topics
from viva.platform.objects import Objects
from viva.platform.service import Runtime
from viva.testkit.events import Events
from viva.testkit.fixtures import RunningBroker, settings_for

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Running(NamedTuple):
    events: Events
    objects: Objects
    recognition: recognition_pb2_grpc.RecognitionServiceStub


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(
    embedded_broker: RunningBroker, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    folder: Path = tmp_path_factory.mktemp("asr")
    platform = settings_for("postgresql://unused", embedded_broker, folder)
    await apply_topics(platform)
    settings = AsrSettings(http_port=0, grpc_port=0, final_nice=0, live_queue=2)
    runtime = Runtime(service, platform, settings)
    await runtime.start()
    async with (
        Events(platform) as events,
        grpc.aio.insecure_channel(f"127.0.0.1:{runtime.grpc_server().port}") as channel,
    ):
        stub = recognition_pb2_grpc.RecognitionServiceStub(channel)
        yield Running(events, runtime.objects(), stub)
    await runtime.stop()


def answer(interview_id: str, **fields: object) -> session_events.AnswerRecorded:
    context = common_pb2.AnswerContext(
        interview_id=interview_id, attempt=1, answer_id="ans_1", revision=2, language="en-US"
    )
    for name, value in fields.items():
        if isinstance(value, common_pb2.ObjectRef):
            getattr(context, name).CopyFrom(value)
        else:
            setattr(context, name, value)
    return session_events.AnswerRecorded(answer=context)


async def stored(running: Running, key: str, data: bytes) -> common_pb2.ObjectRef:
    found = await running.objects.put(key, data)
    return common_pb2.ObjectRef(key=found.key, sha256=found.sha256, size_bytes=found.size_bytes)


async def test_an_answer_is_transcribed_with_its_context(
    running: Running, sentence: Samples
) -> None:
    audio = await stored(running, "a/1.wav", write_wav(sentence))
    recorded = answer("iv_spoken", audio=audio, question_text="Tell me about your team.")
    await running.events.publish(recorded, "iv_spoken")
    (found,) = await running.events.expect(asr_events.AnswerTranscribed, "iv_spoken")
    assert found.answer == recorded.answer
    texts = [word.text.strip(".,").lower() for word in found.transcript.words]
    assert {"small", "team", "cloud"} <= set(texts)
    assert found.transcript.language == "en"
    assert found.transcript.language_probability > 0.5
    assert found.transcript.speech
    assert {model.name for model in found.transcript.models} >= {"whisper-base", "asr-runtime"}


async def test_a_typed_answer_becomes_a_transcript_without_times(running: Running) -> None:
    await running.events.publish(answer("iv_typed", typed_text="I led the team"), "iv_typed")
    (found,) = await running.events.expect(asr_events.AnswerTranscribed, "iv_typed")
    assert [word.text for word in found.transcript.words] == ["I", "led", "the", "team"]
    assert not found.transcript.speech


async def test_what_cannot_be_transcribed_fails_by_name_and_the_next_one_works(
    running: Running,
) -> None:
    silence = write_wav(np.zeros(16_000, np.int16))
    corrupt = await stored(running, "b/1.wav", silence[:-999])
    wrong_bytes = await stored(running, "b/2.wav", silence)
    wrong_bytes.sha256 = "0" * 64
    too_long = await stored(running, "b/3.wav", silence)
    too_long.size_bytes = 1 << 40
    half_an_hour = await stored(running, "b/4.wav", write_wav(np.zeros(30 * 60 * 16_000, np.int16)))
    missing = common_pb2.ObjectRef(key="b/none.wav")
    empty = await stored(running, "b/5.wav", write_wav(np.zeros(0, np.int16)))
    bad = (corrupt, wrong_bytes, too_long, half_an_hour, missing)
    for audio in (*bad, empty):
        await running.events.publish(answer("iv_bad", audio=audio), "iv_bad")
    failures = await running.events.expect(
        asr_events.AnswerTranscriptionFailed, "iv_bad", count=len(bad)
    )
    assert [event.failure.code for event in failures] == [
        "wav_corrupt",
        "object_corrupt",
        "audio_too_long",
        "audio_too_long",
        "object_not_found",
    ]
    assert {(event.failure.answer_id, event.failure.revision) for event in failures} == {
        ("ans_1", 2)
    }
    (found,) = await running.events.expect(asr_events.AnswerTranscribed, "iv_bad")
    assert not found.transcript.words


async def test_a_live_piece_is_recognized(running: Running, sentence: Samples) -> None:
    request = recognition_pb2.RecognizeRequest(
        interview_id="iv_live", language="en", pcm=to_bytes(sentence)
    )
    found = await running.recognition.Recognize(request, timeout=10)
    assert found.speech
    assert "small team" in found.text
    assert found.confidence > 0.5
    assert found.compute_ms > 0


@pytest.mark.parametrize(
    ("pcm", "language", "code"),
    [
        (b"\0" * 3, "en", grpc.StatusCode.INVALID_ARGUMENT),
        (b"\0" * 9 * 32_000, "en", grpc.StatusCode.INVALID_ARGUMENT),
        (b"\0" * 32_000, "tlh", grpc.StatusCode.INVALID_ARGUMENT),
    ],
)
async def test_bad_requests_are_refused(
    running: Running, pcm: bytes, language: str, code: grpc.StatusCode
) -> None:
    request = recognition_pb2.RecognizeRequest(language=language, pcm=pcm)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await running.recognition.Recognize(request, timeout=10)
    assert refused.value.code() is code


async def test_more_than_fits_is_resource_exhausted(running: Running, sentence: Samples) -> None:
    request = recognition_pb2.RecognizeRequest(language="en", pcm=to_bytes(sentence))
    results = await asyncio.gather(
        *(running.recognition.Recognize(request, timeout=20) for _ in range(12)),
        return_exceptions=True,
    )
    refused = [r for r in results if isinstance(r, grpc.aio.AioRpcError)]
    assert {error.code() for error in refused} == {grpc.StatusCode.RESOURCE_EXHAUSTED}
    assert 0 < len(refused) < 12
