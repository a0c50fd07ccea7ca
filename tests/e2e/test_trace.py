"""One interview is one trace, and the trace is one tree: from the POST to the webhook."""

import asyncio
import time

import pytest

from tests.e2e.scenarios import Outcome
from tests.e2e.world import World


@pytest.mark.scenario("completed")
async def test_one_tree_from_the_order_to_the_webhook(outcome: Outcome, world: World) -> None:
    (result,) = [
        found
        for found in world.results.of(outcome.id)
        if found.attributes["ce_type"] == "interview.completed"
    ]
    trace_id = result.attributes["ce_traceparent"].split("-")[1]
    spans = await settled(world, trace_id)
    ids = {span.span_id for span in spans}
    roots = [span for span in spans if not span.parent_span_id]
    assert [span.name for span in roots] == ["POST /v1/interviews"]
    orphans = {
        span.name for span in spans if span.parent_span_id and span.parent_span_id not in ids
    }
    assert not orphans
    names = " ".join(span.name for span in spans)
    for passed in ("AnswerRecorded", "AnswerTranscribed", "AnswerAttributed", "AnswerScored"):
        assert passed in names
    assert "webhook deliver" in names
    longest = max(span.end_time_unix_nano - span.start_time_unix_nano for span in spans)
    assert longest < 60e9  # no span is longer than a turn


async def settled(world: World, trace_id: str) -> list[object]:
    """Waits until the exporters have sent what they hold: no new span for six seconds."""
    deadline = time.monotonic() + 60
    count, since = -1, time.monotonic()
    while time.monotonic() < deadline:
        spans = world.spans.of_trace(trace_id)
        if len(spans) != count:
            count, since = len(spans), time.monotonic()
        delivered = any(span.name == "webhook deliver" for span in spans)
        if delivered and time.monotonic() - since > 6:
            break
        await asyncio.sleep(0.5)
    return world.spans.of_trace(trace_id)
