"""Metrics as Prometheus reads them: by the conventions' names, with the labels that alerts need."""

import asyncio
from typing import Any

import httpx
import pytest
from opentelemetry.metrics import Observation
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from viva.contracts.gateway.events.v1 import events_pb2 as gateway_events
from viva.contracts.notification.v1 import webhooks_pb2 as webhooks
from viva.contracts.notification.v1 import webhooks_pb2_grpc as webhooks_grpc
from viva.platform import telemetry
from viva.platform.errors import InvalidError, NotFoundError
from viva.platform.instruments import Gauge, Pool
from viva.platform.service import Runtime, Service
from viva.platform.settings import PlatformSettings, ServiceSettings

TOPIC = "interview.gateway.events.v1"
Requested = gateway_events.InterviewCancelRequested


@pytest.fixture(scope="module", autouse=True)
def scraped() -> None:
    """Metrics of this process are kept; the provider stays until the process ends."""
    telemetry.Telemetry("tests", None, scrape=True).install()


def value(name: str, **labels: str) -> float | None:
    """The sum of all series of this name that have these labels."""
    found = [
        sample.value
        for family in text_string_to_metric_families((telemetry.exposition() or b"").decode())
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]
    return sum(found) if found else None


async def test_a_consumer_tells_its_lag_its_pace_and_its_dead_letters(
    settings: PlatformSettings, node, until
) -> None:
    let_go = asyncio.Event()

    async def handle(event, unit) -> None:
        await let_go.wait()
        if event.interview_id == "iv_bad":
            raise InvalidError("nothing to be done", code="no_good")

    group = {"messaging_consumer_group_name": "viva.session", "messaging_destination_name": TOPIC}
    gateway = await node("gateway", settings)
    await node("session", settings, lambda messaging: messaging.on(Requested, handle))
    assert value("viva_messaging_dead_letters_total", **group) is not None, "shown from the start"
    before = value("viva_messaging_dead_letters_total", error_type="no_good", **group) or 0
    async with gateway.database.unit_of_work() as unit:
        for name in ("iv_a", "iv_a", "iv_bad"):
            unit.emit(Requested(interview_id=name), interview_id=name)

    await until(lambda: value("viva_consumer_lag", **group) == 3)
    await until(lambda: (value("viva_consumer_lag_time_seconds", **group) or 0) > 0)
    let_go.set()
    await until(lambda: value("viva_consumer_lag", **group) == 0)
    assert value("viva_consumer_lag_time_seconds", **group) == 0
    dead = value("viva_messaging_dead_letters_total", error_type="no_good", **group)
    assert dead == before + 1
    kind = {"viva_event_type": "InterviewCancelRequested", **group}
    assert value("messaging_process_duration_seconds_count", error_type="", **kind) >= 2
    assert value("messaging_process_duration_seconds_count", error_type="no_good", **kind) >= 1
    sent = value("messaging_client_sent_messages_total", messaging_destination_name=TOPIC)
    assert sent >= 3
    await until(lambda: value("viva_outbox_waiting", viva_schema="gateway") == 0)
    assert value("viva_outbox_age_seconds", viva_schema="gateway") == 0


async def test_requests_and_calls_are_measured_and_scraped(
    platform_settings: PlatformSettings,
) -> None:
    class Webhooks(webhooks_grpc.WebhookServiceServicer):
        async def GetEndpoint(self, request: Any, context: Any) -> Any:  # noqa: N802
            raise NotFoundError("no such endpoint")

    async def fail(request: Request) -> PlainTextResponse:
        raise ValueError("a bug")

    async def answer(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.path_params["id"])

    async def build(runtime: Runtime, settings: ServiceSettings) -> None:
        runtime.http(Starlette(routes=[Route("/things/{id}", answer), Route("/broken", fail)]))
        runtime.grpc_server().add(
            lambda server: webhooks_grpc.add_WebhookServiceServicer_to_server(Webhooks(), server)
        )

    runtime = Runtime(
        Service("example", ServiceSettings, build), platform_settings, ServiceSettings()
    )
    await runtime.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{runtime.http_port}") as client:
        for path in ("/things/1", "/things/2", "/broken", "/nowhere"):
            await client.get(path)
        channel = runtime.grpc_channel(f"127.0.0.1:{runtime.grpc_server().port}")
        with pytest.raises(NotFoundError):
            await webhooks_grpc.WebhookServiceStub(channel).GetEndpoint(
                webhooks.GetEndpointRequest()
            )
        answer_to_scraper = await client.get("/metrics")
        assert answer_to_scraper.headers["content-type"] == telemetry.SCRAPE_TYPE
        assert 'http_route="/things/{id}"' in answer_to_scraper.text
        assert "process_resident_memory_bytes" in answer_to_scraper.text
        assert 'service_name="viva-tests"' in answer_to_scraper.text
        outsider = await client.get("/metrics", headers={"x-forwarded-for": "203.0.113.9"})
        assert outsider.status_code == 404
    await runtime.stop()
    took = "http_server_request_duration_seconds_count"
    assert value(took, http_route="/things/{id}", http_response_status_code="200") == 2
    assert value(took, http_route="/broken", error_type="500") == 1
    assert value(took, http_response_status_code="404", error_type="") == 1
    assert value("http_server_active_requests") == 0
    for side in ("server", "client"):
        calls = value(
            f"rpc_{side}_call_duration_seconds_count",
            rpc_method="viva.notification.v1.WebhookService/GetEndpoint",
            rpc_response_status_code="NOT_FOUND",
            error_type="not_found",
        )
        assert calls == 1


def test_one_gauge_has_the_readings_of_all_parts() -> None:
    gauge = Gauge("viva.example.level", "{thing}", "Two parts tell.")
    away = gauge.add(lambda: [Observation(1, {"part": "a"})])
    gauge.add(lambda: [Observation(2, {"part": "b"})])
    assert value("viva_example_level", part="a") == 1
    assert value("viva_example_level", part="b") == 2
    away()
    assert value("viva_example_level", part="a") is None


def test_a_pool_tells_its_queue_and_its_errors() -> None:
    pool = Pool("example")
    assert pool.entered(lambda x: x + 1)(1) == 2
    with pytest.raises(ZeroDivisionError):
        pool.entered(lambda: 1 / 0)()
    pool.refused()
    assert value("viva_model_queue_duration_seconds_count", viva_pool="example") == 2
    assert value("viva_model_job_duration_seconds_count", viva_pool="example") == 2
    failed = {"viva_pool": "example", "error_type": "ZeroDivisionError"}
    assert value("viva_model_job_duration_seconds_count", **failed) == 1
    assert value("viva_model_jobs_refused_total", viva_pool="example") == 1
