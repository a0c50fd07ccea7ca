"""From a POST through outbox, Kafka, handlers and gRPC to the last event: one tree."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from oteltap import OtelTapHttpProtobufReceiver, OtelTapHttpProtobufReceiverSettings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from viva.contracts.asr.events.v1 import events_pb2 as asr_events
from viva.contracts.gateway.events.v1 import events_pb2 as gateway_events
from viva.contracts.notification.v1 import webhooks_pb2 as webhooks
from viva.contracts.notification.v1 import webhooks_pb2_grpc as webhooks_grpc
from viva.contracts.session.events.v1 import events_pb2 as session_events
from viva.platform import telemetry
from viva.platform.embedded.broker import free_port
from viva.platform.service import Runtime, Service
from viva.platform.settings import PlatformSettings, ServiceSettings


@pytest.fixture
def no_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package of no migrations: a service with the platform's tables alone."""
    (tmp_path / "no_tables" / "versions").mkdir(parents=True)
    (tmp_path / "no_tables" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    return "no_tables"


@pytest.fixture(scope="module")
def exporter() -> Iterator[InMemorySpanExporter]:
    """Collects every span of this process."""
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        trace.set_tracer_provider(TracerProvider())
    provider = trace.get_tracer_provider()
    assert isinstance(provider, TracerProvider)
    found = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(found))
    yield found
    found.shutdown()


def check_one_tree(spans: list[ReadableSpan], root: str) -> None:
    assert len({span.context.trace_id for span in spans if span.context}) == 1
    ids = {span.context.span_id for span in spans if span.context}
    roots = [span for span in spans if span.parent is None]
    assert [span.name for span in roots] == [root]
    strays = [span.name for span in spans if span.parent and span.parent.span_id not in ids]
    assert strays == []


class Story:
    """Four services that pass one interview on: POST, event, event, event, call."""

    def __init__(self) -> None:
        self.delivered = 0
        self.stored: str | None = None
        self.target = ""

    async def gateway(self, runtime: Runtime, settings: ServiceSettings) -> None:
        database = runtime.database()
        cancel = gateway_events.InterviewCancelRequested(interview_id="iv_1")

        async def create(request: Request) -> JSONResponse:
            async with database.unit_of_work() as unit:
                unit.emit(cancel, interview_id="iv_1")
            return JSONResponse({}, 201)

        runtime.http(Starlette(routes=[Route("/v1/interviews", create, methods=["POST"])]))
        runtime.messaging()

    async def session(self, runtime: Runtime, settings: ServiceSettings) -> None:
        async def begin(event: Any, unit: Any) -> None:
            self.stored = telemetry.current_traceparent()
            unit.emit(session_events.AnswerRecorded(), interview_id=event.interview_id)

        async def notify(event: Any, unit: Any) -> None:
            # Much later and elsewhere, the stored context is taken up again.
            with telemetry.resumed(self.stored):
                stub = webhooks_grpc.WebhookServiceStub(runtime.grpc_channel(self.target))
                await stub.GetEndpoint(webhooks.GetEndpointRequest())

        runtime.messaging().on(gateway_events.InterviewCancelRequested, begin)
        runtime.messaging().on(asr_events.AnswerTranscribed, notify)

    async def asr(self, runtime: Runtime, settings: ServiceSettings) -> None:
        async def transcribe(event: Any) -> list[Any]:
            return [asr_events.AnswerTranscribed()]

        runtime.messaging().on_pure(session_events.AnswerRecorded, transcribe)

    async def notification(self, runtime: Runtime, settings: ServiceSettings) -> None:
        story = self

        class Webhooks(webhooks_grpc.WebhookServiceServicer):
            async def GetEndpoint(self, request: Any, context: Any) -> Any:  # noqa: N802
                with telemetry.tracer("test").start_as_current_span("deliver"):
                    story.delivered += 1
                return webhooks.GetEndpointResponse()

        runtime.grpc_server().add(
            lambda server: webhooks_grpc.add_WebhookServiceServicer_to_server(Webhooks(), server)
        )


async def test_one_interview_is_one_tree(
    platform_settings: PlatformSettings, exporter: InMemorySpanExporter, until, no_tables
) -> None:
    story = Story()
    runtimes = {}
    for name in ("notification", "gateway", "session", "asr"):
        tables = no_tables if name in {"gateway", "session"} else None
        service = Service(name, ServiceSettings, getattr(story, name), tables)
        runtimes[name] = Runtime(service, platform_settings, ServiceSettings())
        await runtimes[name].start()
    story.target = f"127.0.0.1:{runtimes['notification'].grpc_server().port}"
    exporter.clear()
    async with httpx.AsyncClient() as client:
        url = f"http://127.0.0.1:{runtimes['gateway'].http_port}/v1/interviews"
        assert (await client.post(url)).status_code == 201
    await until(lambda: story.delivered)
    for runtime in reversed(runtimes.values()):
        await runtime.stop()
    spans = list(exporter.get_finished_spans())
    check_one_tree(spans, "POST /v1/interviews")
    names = [span.name for span in spans]
    for name in ("InterviewCancelRequested", "AnswerRecorded"):
        assert names.count(f"publish {name}") == 1
        assert names.count(f"process {name}") == 1
    assert names.count("deliver") == 1


def test_a_stored_context_is_resumed(exporter: InMemorySpanExporter) -> None:
    exporter.clear()
    with telemetry.tracer("test").start_as_current_span("first"):
        stored = telemetry.current_traceparent()
    with telemetry.resumed(stored), telemetry.tracer("test").start_as_current_span("second"):
        pass
    with telemetry.resumed(None), telemetry.tracer("test").start_as_current_span("alone"):
        pass
    first, second, alone = exporter.get_finished_spans()
    assert second.parent
    assert second.parent.span_id == first.context.span_id
    assert alone.parent is None


async def test_spans_and_metrics_go_where_the_endpoint_says() -> None:
    settings = OtelTapHttpProtobufReceiverSettings(http_port=free_port())
    async with OtelTapHttpProtobufReceiver(settings) as receiver:
        made = telemetry.Telemetry("example", f"http://127.0.0.1:{settings.http_port}/")
        waiting = [
            asyncio.create_task(receiver.await_trace(lambda it: it.name == "work", 20)),
            asyncio.create_task(receiver.await_metric(lambda it: it.name == "viva.done", 20)),
        ]
        await asyncio.sleep(0)  # both wait before anything is sent
        made.tracers.get_tracer("test").start_span("work").end()
        made.meters.get_meter("test").create_counter("viva.done").add(1)
        await asyncio.to_thread(made.shut_down)
        await asyncio.gather(*waiting)
