"""The whole service on a real broker and object store."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
import pytest_asyncio
from scoring_speaking import STRONG

from viva.audio.models import ModelStore
from viva.contracts.common.v1 import common_pb2 as pb
from viva.contracts.diarization.events.v1.events_pb2 import AnswerAttributed
from viva.contracts.scoring.events.v1 import events_pb2 as scoring_events
from viva.contracts.session.events.v1.events_pb2 import InterviewReady
from viva.platform.messaging.topics import apply_topics
from viva.platform.objects import Objects
from viva.platform.service import Runtime
from viva.scoring.service import service
from viva.scoring.settings import ScoringSettings
from viva.testkit.events import Events
from viva.testkit.fixtures import RunningBroker, settings_for

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        not ModelStore().is_present("sentence_embedding"), reason="run: viva models pull"
    ),
]


class Running(NamedTuple):
    events: Events
    objects: Objects


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(
    embedded_broker: RunningBroker, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    platform = settings_for("postgresql://unused", embedded_broker, tmp_path_factory.mktemp("s"))
    await apply_topics(platform)
    runtime = Runtime(service, platform, ScoringSettings(http_port=0, grpc_port=0, nice=0))
    await runtime.start()
    async with Events(platform) as events:
        yield Running(events, runtime.objects())
    await runtime.stop()


def spoken(number: int, text: str) -> pb.AnswerBundle:
    competency = pb.Competency(key="problem_solving", name="Problem solving", weight=1)
    context = pb.AnswerContext(
        interview_id="iv_1",
        attempt=1,
        answer_id=f"ans_{number}",
        revision=1,
        question_index=number,
        question_id=f"q_{number}",
        question_text="Tell me about a difficult problem that you solved at work.",
        language="en",
        competencies=[competency],
    )
    words = [
        pb.Word(text=word, start_ms=place * 330, end_ms=place * 330 + 300)
        for place, word in enumerate(text.split())
    ]
    return pb.AnswerBundle(answer=context, transcript=pb.Transcript(language="en", words=words))


async def test_an_answer_is_scored_and_a_repeat_gives_the_same(running: Running) -> None:
    one = spoken(1, STRONG)
    attributed = AnswerAttributed(answer=one.answer, transcript=one.transcript)
    await running.events.publish(attributed, "iv_1")
    await running.events.publish(attributed, "iv_1")
    first, second = await running.events.expect(scoring_events.AnswerScored, "iv_1", count=2)
    assert first == second
    assert first.attempt == 1
    assert first.score.competencies[0].score > 70


async def test_an_interview_is_scored_from_its_bundle(running: Running) -> None:
    bundle = pb.InterviewBundle(attempt=1, answers=[spoken(1, STRONG), spoken(2, STRONG)])
    bundle.spec.framework.competencies.add(key="problem_solving", name="Problem solving", weight=1)
    stored = await running.objects.put("iv_2/bundle", bundle.SerializeToString())
    ref = pb.ObjectRef(key=stored.key, sha256=stored.sha256, size_bytes=stored.size_bytes)
    await running.events.publish(InterviewReady(interview_id="iv_2", attempt=3, bundle=ref), "iv_2")
    (found,) = await running.events.expect(scoring_events.InterviewScored, "iv_2")
    assert found.attempt == 3
    assert found.score.overall > 70


async def test_what_cannot_be_scored_fails_by_name(running: Running) -> None:
    stored = await running.objects.put("iv_3/bundle", b"\xff\xff no bundle")
    whole = pb.ObjectRef(key=stored.key, sha256=stored.sha256)
    other = pb.ObjectRef(key=stored.key, sha256="0" * 64)
    missing = pb.ObjectRef(key="iv_3/none")
    for ref in (whole, other, missing):
        await running.events.publish(InterviewReady(interview_id="iv_3", bundle=ref), "iv_3")
    failures = await running.events.expect(scoring_events.InterviewScoringFailed, "iv_3", count=3)
    codes = [event.failure.code for event in failures]
    assert codes == ["bundle_unreadable", "object_corrupt", "object_not_found"]
    nameless = AnswerAttributed(answer=pb.AnswerContext(answer_id="", revision=4))
    await running.events.publish(nameless, "iv_4")
    (failed,) = await running.events.expect(scoring_events.AnswerScoringFailed, "iv_4")
    assert (failed.failure.code, failed.failure.revision) == ("answer_ids", 4)
