"""The service's own handlers on a real broker: commands in, events out, each effect once."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest_asyncio
from google.protobuf.message import Message

from viva.contracts.catalogue import topic_of
from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.diarization.events.v1 import events_pb2 as diarization
from viva.contracts.fraud.events.v1 import events_pb2 as fraud
from viva.contracts.gateway.events.v1 import events_pb2 as gateway
from viva.contracts.scoring.events.v1 import events_pb2 as scoring
from viva.platform.ids import new_id
from viva.platform.messaging.event import Envelope
from viva.platform.messaging.producer import Producer
from viva.platform.service import Runtime, Service
from viva.platform.settings import PlatformSettings
from viva.session.domain.lifecycle import State
from viva.session.domain.recording import Tracks
from viva.session.service import build_lifecycle, open_stores, run_lifecycle
from viva.session.settings import SessionSettings


class NothingStored:
    """A conversation whose sound was kept nowhere."""

    async def tracks(self, uow, interview_id: str, attempt: int) -> Tracks:
        return Tracks((), ())

    async def forget(self, uow, interview_id: str, attempt: int) -> None:
        return None


@dataclass
class Replica:
    """A running service without its live half, and the others' producer."""

    world: object
    runtime: Runtime
    producer: Producer

    async def send(self, message: Message, event_id: str | None = None) -> str:
        event_id = event_id or new_id("evt")
        envelope = Envelope(
            id=event_id,
            type=message.DESCRIPTOR.full_name,
            source="/viva/test",
            interview_id="iv_test",
            time=datetime.now(UTC),
            content_type="application/protobuf",
        )
        topic = topic_of(type(message)).name
        await self.producer.send(
            topic, b"iv_test", message.SerializeToString(), envelope.headers({})
        )
        return event_id


@pytest_asyncio.fixture
async def replica(world, platform_settings: PlatformSettings, tmp_path) -> AsyncIterator[Replica]:
    async def build(runtime: Runtime, settings: SessionSettings) -> None:
        stores = open_stores(runtime.database(), runtime.clock)
        parts = build_lifecycle(
            runtime.database(), runtime.objects(), runtime.clock, settings, stores, world.voice
        )
        run_lifecycle(runtime, settings, stores, parts, NothingStored(), None)

    service = Service("session", SessionSettings, build, "viva.session.migrations")
    settings = SessionSettings(http_port=0, grpc_port=0)
    runtime = Runtime(service, platform_settings, settings)
    world.clock = runtime.clock
    producer = Producer(platform_settings)
    await producer.start()
    await runtime.start()
    yield Replica(world, runtime, producer)
    await runtime.stop()
    await producer.stop()


def created(world, expires_in: timedelta = timedelta(days=1)) -> gateway.InterviewCreated:
    spec = world.spec()
    spec.expires_at.FromDatetime(datetime.now(UTC) + expires_in)
    return gateway.InterviewCreated(spec=spec, attempt=1)


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110 - what is waited for lies in a database
            await asyncio.sleep(0.02)


async def reached(world, state: State) -> None:
    async def there() -> bool:
        async with world.database.unit_of_work() as uow:
            stored = await world.stores.interviews.load(uow, "iv_test")
        return stored is not None and stored.interview.state is state

    await eventually(there)


async def said(world, name: str) -> None:
    async def last() -> bool:
        return (await world.published_names())[-1:] == [name]

    await eventually(last)


def results(world, answer: common.AnswerContext) -> list[Message]:
    ids = {"interview_id": "iv_test", "attempt": 1}
    key = {"answer_id": answer.answer_id, "revision": answer.revision}
    return [
        diarization.AnswerAttributed(
            answer=answer, transcript=common.Transcript(words=[common.Word(text="well")])
        ),
        scoring.AnswerScored(**ids, score=common.AnswerScore(**key)),
        fraud.AnswerAssessed(**ids, assessment=common.AnswerAssessment(**key)),
    ]


async def test_a_whole_life_with_every_event_delivered_twice_and_shuffled(replica) -> None:
    world, order = replica.world, random.Random(7)
    event_id = await replica.send(created(world))
    await replica.send(created(world), event_id)
    await reached(world, State.READY)
    await world.start()
    answers = [world.answer(1), world.answer(2)]
    await world.record(*answers)
    await world.hang_up()

    events = [(message, new_id("evt")) for answer in answers for message in results(world, answer)]
    deliveries = events * 2
    order.shuffle(deliveries)
    for message, event_id in deliveries:
        await replica.send(message, event_id)
    await said(world, "InterviewReady")
    ids = {"interview_id": "iv_test", "attempt": 1}
    for _ in range(2):
        await replica.send(scoring.InterviewScored(**ids, score=common.InterviewScore(overall=60)))
        await replica.send(fraud.InterviewAssessed(**ids, assessment=common.InterviewAssessment()))
    await reached(world, State.COMPLETED)
    names = await world.published_names()
    assert names.count("InterviewReady") == names.count("InterviewCompleted") == 1


async def test_an_interview_that_nobody_joins_expires_by_itself(replica) -> None:
    await replica.send(created(replica.world, timedelta(seconds=1)))
    await reached(replica.world, State.EXPIRED)


async def test_cancel_and_reinvite_arrive_in_order(replica) -> None:
    world = replica.world
    await replica.send(created(world))
    await replica.send(gateway.InterviewCancelRequested(interview_id="iv_test", reason="mistake"))
    again = gateway.InterviewReinviteRequested(interview_id="iv_test", attempt=2)
    again.expires_at.FromDatetime(datetime.now(UTC) + timedelta(days=1))
    await replica.send(again)

    async def begun_anew() -> bool:
        return {"InterviewReinvited", "PromptsReady"} <= set(await world.published_names())

    await eventually(begun_anew)
    assert (await world.stored()).interview.attempt == 2
    names = await world.published_names()
    assert [name for name in names if name != "PromptsReady"] == [
        "InterviewCancelled",
        "InterviewReinvited",
    ]
