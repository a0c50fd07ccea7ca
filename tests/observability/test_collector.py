"""The collector's configuration on a real collector: what it keeps, and what it drops.

Set OTELCOL to the binary of an OpenTelemetry Collector with tail sampling.
"""

import asyncio
import os
import random
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import Tracer, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, StatusCode, TraceFlags
from opentelemetry.trace.propagation import set_span_in_context

from tests.e2e.spans import Spans
from tests.observability.names import OBSERVABILITY
from viva.platform.embedded.broker import free_port

CONFIG = OBSERVABILITY / "collector" / "collector.yaml"
_SECOND = 1_000_000_000


@pytest.fixture
def otelcol() -> str:
    found = os.environ.get("OTELCOL")
    if not found:
        pytest.skip("OTELCOL is not set")
    return found


class Collector:
    """A running collector, and what it sends on."""

    def __init__(self, url: str, kept: Spans) -> None:
        self.kept = kept
        exporter = OTLPSpanExporter(endpoint=f"{url}/v1/traces")
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        self.tracer: Tracer = provider.get_tracer("test")

    def span(self, name: str, trace_id: int, *, lasts_s: float = 0.01, **more: Any) -> None:
        """Sends a span that just ended."""
        context = SpanContext(trace_id, random.getrandbits(64), True, TraceFlags(1))
        end = 1_700_000_000 * _SECOND
        status = more.pop("status", None)
        span = self.tracer.start_span(
            name,
            set_span_in_context(NonRecordingSpan(context)),
            start_time=end - int(lasts_s * _SECOND),
            **more,
        )
        if status:
            span.set_status(status)
        span.end(end)

    def names(self) -> set[str]:
        return {span.name for span in self.kept.all}

    async def until(self, wanted: set[str]) -> None:
        deadline = time.monotonic() + 90
        while missing := wanted - self.names():
            assert time.monotonic() < deadline, f"not kept: {missing}"
            await asyncio.sleep(0.1)


@pytest_asyncio.fixture
async def collector(otelcol: str, tmp_path: Path) -> AsyncIterator[Collector]:
    port, health = free_port(), free_port()
    async with Spans() as kept:
        environment = {
            **os.environ,
            "VIVA_COLLECTOR_LISTEN": "127.0.0.1",
            "VIVA_COLLECTOR_HTTP_PORT": str(port),
            "VIVA_COLLECTOR_GRPC_PORT": str(free_port()),
            "VIVA_COLLECTOR_HEALTH_PORT": str(health),
            "VIVA_TRACES_ENDPOINT": kept.url,
            "VIVA_TRACES_COMPRESSION": "none",  # the receiver of this test knows no other
            "VIVA_TRACE_DECISION_WAIT": "2s",
            "VIVA_TRACE_OTHERS_PERCENT": "0",
            "VIVA_TRACE_INTERVIEWS_PERCENT": "100",
        }
        with (tmp_path / "collector.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: ASYNC220
                [otelcol, "--config", CONFIG], env=environment, stdout=log, stderr=log
            )
        try:
            await answering(f"http://127.0.0.1:{health}", process, tmp_path / "collector.log")
            yield Collector(f"http://127.0.0.1:{port}", kept)
        finally:
            process.terminate()
            process.wait(60)


async def answering(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    async with asyncio.timeout(60), httpx.AsyncClient() as client:
        while True:
            assert process.poll() is None, log.read_text()  # noqa: ASYNC240
            try:
                if (await client.get(url)).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)


def new_trace() -> int:
    return random.getrandbits(127) + 1


async def test_errors_slow_ones_and_interviews_are_kept(collector: Collector) -> None:
    server, consumer = SpanKind.SERVER, SpanKind.CONSUMER
    for _ in range(20):
        collector.span("ordinary", new_trace(), kind=server)
    failed, slow, stage, reply, interview = (new_trace() for _ in range(5))
    collector.span("before the failure", failed, kind=server)
    collector.span("failed", failed, status=StatusCode.ERROR)
    collector.span("slow request", slow, kind=server, lasts_s=1.5)
    collector.span("long conversation", new_trace(), kind=SpanKind.INTERNAL, lasts_s=20)
    collector.span("slow stage", stage, kind=consumer, lasts_s=31)
    collector.span("quick stage", new_trace(), kind=consumer, lasts_s=29)
    collector.span("reply", reply, lasts_s=3.5)
    named = {"viva.interview_id": "iv_1", "http.request.header.authorization": "Bearer x"}
    collector.span("POST /v1/interviews", interview, kind=server)
    collector.span("process InterviewCreated", interview, kind=consumer, attributes=named)

    wanted = {
        "before the failure",
        "failed",
        "slow request",
        "slow stage",
        "reply",
        "POST /v1/interviews",
        "process InterviewCreated",
    }
    await collector.until(wanted)
    # What comes long after the decision belongs to it: a candidate joins a day later.
    await asyncio.sleep(5)
    collector.span("webhook deliver", interview)
    await collector.until({"webhook deliver"})
    assert collector.names() == wanted | {"webhook deliver"}
    attributes = {a.key for span in collector.kept.all for a in span.attributes}
    assert "viva.interview_id" in attributes
    assert "http.request.header.authorization" not in attributes


def test_the_configuration_is_valid(otelcol: str) -> None:
    done = subprocess.run(
        [otelcol, "validate", "--config", CONFIG], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
