"""A conversation on its interview's trace: what happened, how long, and nothing that was said."""

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from viva.platform.log import bind_interview
from viva.platform.telemetry import resumed
from viva.session.application.live.report import ConversationReport
from viva.session.domain.conversation.actions import CloseAnswer, Replied, TurnTaken
from viva.session.domain.conversation.state import Slot

STORED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def spans() -> InMemorySpanExporter:
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        trace.set_tracer_provider(TracerProvider())
    provider = trace.get_tracer_provider()
    assert isinstance(provider, TracerProvider)
    found = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(found))
    return found


def test_a_turn_is_on_the_trace_with_its_times(spans: InMemorySpanExporter) -> None:
    report, slot = ConversationReport(), Slot(2, "f1")
    taken = TurnTaken(
        slot=slot,
        ended=16_000,
        decided=20_800,
        probability=0.9,
        wait_ms=300,
        sure=True,
        reason="model 0.90, reaches a result",
        text_known=True,
        next_reason="question",
    )
    closed = CloseAnswer(slot, 1, 0, 160_000, (), 0, typed="my secret words")
    with bind_interview("iv_1"), resumed(STORED):
        for action in (closed, taken, Replied(420, sure=True)):
            report.did(action)
    answer, turn, reply = spans.get_finished_spans()
    lasted_ms = [(s.end_time - s.start_time) // 1_000_000 for s in (answer, turn, reply)]
    assert lasted_ms == [10_000, 300, 420]
    for span in (answer, turn, reply):
        assert span.parent is not None
        assert f"{span.context.trace_id:032x}" == STORED.split("-")[1]
        assert span.attributes["viva.interview_id"] == "iv_1"
        assert "secret" not in str(dict(span.attributes))
    assert turn.attributes["viva.question"] == 2
    assert turn.attributes["viva.sure"] is True
