"""`viva trace`: read from real topics, other interviews and repeated records beside it."""

from datetime import UTC, datetime, timedelta

import pytest

from viva.contracts.asr.events.v1 import events_pb2 as asr
from viva.contracts.catalogue import catalogue
from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.gateway.events.v1 import events_pb2 as gateway
from viva.contracts.scoring.events.v1 import events_pb2 as scoring
from viva.contracts.session.events.v1 import events_pb2 as session
from viva.gateway.application.timeline import Happened, timeline
from viva.gateway.trace_command import happened
from viva.platform.ids import new_id
from viva.platform.messaging.event import text_headers
from viva.platform.messaging.history import history
from viva.platform.settings import PlatformSettings
from viva.testkit.events import Events


async def test_everything_of_one_interview_is_found_and_nothing_else(
    platform_settings: PlatformSettings,
) -> None:
    mine, other = new_id("iv"), new_id("iv")
    secret = "my secret words"
    context = common.AnswerContext(
        interview_id=mine,
        answer_id="a1",
        revision=2,
        question_id="customer",
        duration_ms=9_500,
        typed_text=secret,
    )
    score = common.AnswerScore(answer_id="a1", revision=2)
    async with Events(platform_settings) as events:
        for message in (
            gateway.InterviewCreated(),
            session.AnswerRecorded(answer=context),
            asr.AnswerTranscribed(answer=context),
            scoring.AnswerScored(score=score),
        ):
            await events.publish(message, mine)
            await events.publish(gateway.InterviewCancelRequested(), other)
        result = {"id": mine, "status": "completed"}
        await events.publish_json("interview.results.v1", "interview.completed", result, mine)
    since = datetime.now(UTC) - timedelta(minutes=1)
    records = await history(platform_settings, list(catalogue()), mine, since)
    found = timeline([happened(record, text_headers(record)) for record in records])
    assert [(event.service, event.kind) for event in found.events] == [
        ("gateway", "InterviewCreated"),
        ("session", "AnswerRecorded"),
        ("asr", "AnswerTranscribed"),
        ("scoring", "AnswerScored"),
        ("gateway", "completed"),
    ]
    (answer,) = found.answers
    assert (answer.question, answer.revision, answer.spoken_s) == ("customer", 2, 9.5)
    assert set(answer.stages) == {"transcribed", "scored"}
    assert secret not in str(found)


def test_seconds_are_summed_by_what_went_on() -> None:
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    steps = [
        (0, "InterviewCreated", False),
        (12, "PromptsReady", False),
        (30, "InterviewStarted", False),
        (45, "AnswerRecorded", False),
        (90, "ConversationEnded", False),
        (93, "InterviewReady", False),
        (94, "InterviewCompleted", False),
        (94.5, "completed", True),
        (95, "WebhookDelivered", False),
    ]
    events = [
        Happened(begun + timedelta(seconds=at), "x", kind, public) for at, kind, public in steps
    ]
    found = timeline([*reversed(events)])
    assert found.phases == (
        ("rendering the prompts", 12),
        ("waiting for the candidate", 18),
        ("conversation", 60),
        ("last answers' stages", 3),
        ("verdict", 1),
        ("publishing the result", 0.5),
        ("delivering the webhook", 0.5),
    )
    assert sum(lasted_s for _, lasted_s in found.phases) == pytest.approx(95)
