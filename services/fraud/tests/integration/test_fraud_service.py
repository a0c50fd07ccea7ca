"""The whole service on a real broker and object store."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
import pytest_asyncio

from viva.contracts.common.v1 import common_pb2 as pb
from viva.contracts.diarization.events.v1.events_pb2 import AnswerAttributed
from viva.contracts.fraud.events.v1 import events_pb2 as fraud_events
from viva.contracts.session.events.v1.events_pb2 import InterviewReady
from viva.fraud.domain.model import Channel
from viva.fraud.domain.rules import SPEAKERS_FALSE_ALARMS, calibration
from viva.fraud.service import service
from viva.fraud.settings import FraudSettings
from viva.platform.messaging.topics import apply_topics
from viva.platform.objects import Objects
from viva.platform.service import Runtime
from viva.testkit.events import Events
from viva.testkit.fixtures import RunningBroker, settings_for

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Running(NamedTuple):
    events: Events
    objects: Objects


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(
    embedded_broker: RunningBroker, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    platform = settings_for("postgresql://unused", embedded_broker, tmp_path_factory.mktemp("f"))
    await apply_topics(platform)
    runtime = Runtime(service, platform, FraudSettings(http_port=0))
    await runtime.start()
    async with Events(platform) as events:
        yield Running(events, runtime.objects())
    await runtime.stop()


def two_voices(interview_id: str) -> AnswerAttributed:
    words = [
        pb.Word(text=f"w{n}", start_ms=n * 300, end_ms=n * 300 + 250, dropped=n >= 20)
        for n in range(40)
    ]
    speakers = [
        pb.Speaker(label="A", role=pb.SPEAKER_ROLE_CANDIDATE, speech_ms=6_000),
        pb.Speaker(label="B", role=pb.SPEAKER_ROLE_OTHER, speech_ms=6_000),
        pb.Speaker(label="C", role=pb.SPEAKER_ROLE_INTERVIEWER, speech_ms=9_000),
    ]
    return AnswerAttributed(
        answer=pb.AnswerContext(
            interview_id=interview_id, attempt=2, answer_id="ans_1", revision=3
        ),
        transcript=pb.Transcript(words=words),
        attribution=pb.Attribution(
            speakers=speakers,
            dropped_words=20,
            least_alike=pb.ComparedSpeech(
                span=pb.Span(start_ms=6_000, end_ms=12_000), candidate_llr=-20
            ),
        ),
    )


async def test_an_answer_is_assessed_and_a_repeat_gives_the_same(running: Running) -> None:
    await running.events.publish(two_voices("iv_1"), "iv_1")
    await running.events.publish(two_voices("iv_1"), "iv_1")
    first, second = await running.events.expect(fraud_events.AnswerAssessed, "iv_1", count=2)
    assert first == second
    assert (first.attempt, first.assessment.revision) == (2, 3)
    speakers, reading = first.assessment.signals
    assert speakers.kind == pb.FRAUD_KIND_MULTIPLE_SPEAKERS
    assert speakers.flagged
    assert speakers.evidence[0].span.start_ms == 6_000
    assert speakers.calibration == "uncalibrated"
    assert not reading.HasField("score")


async def test_an_interview_is_assessed_from_its_bundle(running: Running) -> None:
    event = two_voices("iv_2")
    bundle = pb.InterviewBundle()
    bundle.answers.add(
        answer=event.answer, transcript=event.transcript, attribution=event.attribution
    )
    stored = await running.objects.put("iv_2/bundle", bundle.SerializeToString())
    ref = pb.ObjectRef(key=stored.key, sha256=stored.sha256)
    await running.events.publish(InterviewReady(interview_id="iv_2", attempt=2, bundle=ref), "iv_2")
    (found,) = await running.events.expect(fraud_events.InterviewAssessed, "iv_2")
    assert [signal.flagged for signal in found.assessment.signals] == [True, False]
    speakers, reading = found.assessment.signals
    counted = SPEAKERS_FALSE_ALARMS.get(Channel.BROWSER)
    assert speakers.HasField("false_alarms") is (counted is not None)
    assert speakers.calibration == calibration(counted)
    assert not reading.HasField("false_alarms")
    assert found.assessment.models[0].name == "viva-fraud"


async def test_what_cannot_be_assessed_fails_by_name(running: Running) -> None:
    stored = await running.objects.put("iv_3/bundle", b"\xff\xff no bundle")
    for ref in (
        pb.ObjectRef(key=stored.key, sha256=stored.sha256),
        pb.ObjectRef(key=stored.key, sha256="0" * 64),
    ):
        await running.events.publish(InterviewReady(interview_id="iv_3", bundle=ref), "iv_3")
    failures = await running.events.expect(fraud_events.InterviewAssessmentFailed, "iv_3", count=2)
    assert [event.failure.code for event in failures] == ["bundle_unreadable", "object_corrupt"]
    nameless = AnswerAttributed(answer=pb.AnswerContext(revision=4))
    await running.events.publish(nameless, "iv_4")
    (failed,) = await running.events.expect(fraud_events.AnswerAssessmentFailed, "iv_4")
    assert (failed.failure.code, failed.failure.revision) == ("answer_ids", 4)
