"""Webhooks on the real broker and database, to a real HTTP server that fails first."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import grpc
import pytest
import pytest_asyncio
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.gateway.events.v1 import events_pb2 as gateway_events
from viva.contracts.notification.events.v1 import events_pb2 as events
from viva.contracts.notification.v1 import webhooks_pb2 as messages
from viva.contracts.notification.v1.webhooks_pb2_grpc import WebhookServiceStub
from viva.notification.service import service
from viva.notification.settings import NotificationSettings
from viva.platform.clock import SystemClock
from viva.platform.health import Health
from viva.platform.http import HttpServer
from viva.platform.messaging.event import Envelope
from viva.platform.service import Runtime
from viva.platform.settings import PlatformSettings
from viva.testkit.events import Events, eventually

RESULTS = "interview.results.v1"
TENANT = "ten_1"
VERDICT = {"interview_id": "iv_1", "overall_score": 82, "status": "completed"}


@dataclass
class Sink:
    """An HTTP endpoint that answers what it is told to, and keeps what it got."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    async def take(self, request: Request) -> Response:
        self.got.append((dict(request.headers), await request.body()))
        status = self.answers.pop(0) if self.answers else 204
        return Response(status_code=status, headers=self.headers)


@pytest_asyncio.fixture
async def sink() -> AsyncIterator[Sink]:
    sink = Sink()
    health = Health("sink", SystemClock())
    server = HttpServer("127.0.0.1", 0, health)
    server.mount(Starlette(routes=[Route("/hook", sink.take, methods=["POST"])]))
    health.started = True
    await server.start()
    sink.url = f"http://127.0.0.1:{server.port}/hook"
    yield sink
    await server.stop()


@dataclass
class Notification:
    """The running service with a client of its gRPC port."""

    stub: WebhookServiceStub
    events: Events

    async def endpoint(self, url: str, **more: Any) -> tuple[str, str]:
        request = messages.CreateEndpointRequest(tenant_id=TENANT, url=url, **more)
        made = await self.stub.CreateEndpoint(request)
        return made.endpoint.id, made.secret

    async def interview(self, interview_id: str = "iv_1", webhook_url: str = "") -> None:
        spec = common.InterviewSpec(interview_id=interview_id, tenant_id=TENANT)
        created = gateway_events.InterviewCreated(spec=spec, attempt=1, webhook_url=webhook_url)
        await self.events.publish(created, interview_id)

    async def result(self, kind: str = "interview.completed", event_id: str = "evt_1") -> None:
        await self.events.publish_json(RESULTS, kind, VERDICT, "iv_1", event_id=event_id)

    async def deliveries(self) -> list[Any]:
        request = messages.ListDeliveriesRequest(tenant_id=TENANT)
        return list((await self.stub.ListDeliveries(request)).deliveries)

    async def delivered(self) -> list[Any]:
        async def check() -> list[Any]:
            found = await self.deliveries()
            done = {messages.DELIVERY_STATUS_DELIVERED, messages.DELIVERY_STATUS_DEAD}
            return found if found and all(item.status in done for item in found) else []

        found: list[Any] = await eventually(check)
        return found


@pytest_asyncio.fixture
async def notification(platform_settings: PlatformSettings) -> AsyncIterator[Notification]:
    settings = NotificationSettings(
        http_port=0, grpc_port=0, allow_private_targets=True, poll_s=0.05, timeout_s=2
    )
    runtime = Runtime(service, platform_settings, settings)
    await runtime.start()
    target = f"127.0.0.1:{runtime.grpc_server().port}"
    async with grpc.aio.insecure_channel(target) as channel, Events(platform_settings) as sender:
        yield Notification(WebhookServiceStub(channel), sender)
    await runtime.stop()


async def test_a_failed_webhook_comes_again_with_the_same_id(
    notification: Notification, sink: Sink
) -> None:
    _id, secret = await notification.endpoint(sink.url)
    sink.answers = [500]
    await notification.interview()
    await notification.result()
    (delivery,) = await notification.delivered()
    assert [item.http_status for item in delivery.tries] == [500, 204]
    assert {headers["webhook-id"] for headers, _body in sink.got} == {"evt_1"}
    for headers, body in sink.got:
        told = Webhook(secret).verify(body, headers)
        assert told["type"] == "interview.completed"
        assert told["data"] == VERDICT
    (told,) = await notification.events.expect(events.WebhookDelivered, "iv_1")
    assert (told.tries, told.http_status) == (2, 204)


async def test_an_event_delivered_twice_is_sent_once(
    notification: Notification, sink: Sink
) -> None:
    await notification.endpoint(sink.url)
    await notification.interview()
    await notification.result(event_id="evt_7")
    await notification.result(event_id="evt_7")
    await notification.result(event_id="evt_8")
    await eventually(lambda: _enough(sink, 2))
    await notification.delivered()
    assert sorted(headers["webhook-id"] for headers, _ in sink.got) == ["evt_7", "evt_8"]


async def test_a_result_that_overtakes_its_interview_waits_for_it(
    notification: Notification, sink: Sink
) -> None:
    await notification.endpoint(sink.url)
    await notification.result()
    await asyncio.sleep(0.3)
    await notification.interview()
    await eventually(lambda: _enough(sink, 1))


async def test_the_url_of_the_interview_gets_it_too(notification: Notification, sink: Sink) -> None:
    await notification.interview(webhook_url=sink.url)
    await notification.result()
    await eventually(lambda: _enough(sink, 1))
    secret = (
        await notification.stub.GetSigningSecret(messages.GetSigningSecretRequest(tenant_id=TENANT))
    ).secret
    headers, body = sink.got[0]
    Webhook(secret).verify(body, headers)


async def test_only_the_wanted_types_are_sent(notification: Notification, sink: Sink) -> None:
    await notification.endpoint(sink.url, event_types=["interview.failed"])
    await notification.interview()
    await notification.result()
    await notification.result("interview.failed", "evt_2")
    await eventually(lambda: _enough(sink, 1))
    assert [json.loads(body)["type"] for _, body in sink.got] == ["interview.failed"]


async def test_gone_disables_the_endpoint_and_replay_sends_again(
    notification: Notification, sink: Sink
) -> None:
    endpoint_id, _ = await notification.endpoint(sink.url)
    sink.answers = [410]
    await notification.interview()
    await notification.result()
    (dead,) = await notification.delivered()
    assert dead.status == messages.DELIVERY_STATUS_DEAD
    request = messages.GetEndpointRequest(tenant_id=TENANT, id=endpoint_id)
    assert "410" in (await notification.stub.GetEndpoint(request)).endpoint.disabled_reason
    replay = messages.ReplayDeliveryRequest(tenant_id=TENANT, id=dead.id)
    await notification.stub.ReplayDelivery(replay)
    (again,) = await notification.delivered()
    assert again.status == messages.DELIVERY_STATUS_DELIVERED
    assert {headers["webhook-id"] for headers, _ in sink.got} == {"evt_1"}


async def test_a_redirect_is_a_failure_and_not_followed(
    notification: Notification, sink: Sink
) -> None:
    await notification.endpoint(sink.url)
    sink.answers = [302]
    sink.headers = {"location": sink.url}
    await notification.interview()
    await notification.result()
    await eventually(lambda: _enough(sink, 1))
    (delivery,) = await eventually(notification.deliveries)
    assert delivery.status == messages.DELIVERY_STATUS_PENDING


async def test_after_a_rotation_both_secrets_verify(notification: Notification, sink: Sink) -> None:
    endpoint_id, old = await notification.endpoint(sink.url)
    request = messages.RotateSecretRequest(tenant_id=TENANT, id=endpoint_id)
    new = (await notification.stub.RotateSecret(request)).secret
    await notification.interview()
    await notification.result()
    await eventually(lambda: _enough(sink, 1))
    headers, body = sink.got[0]
    assert old != new
    for secret in (old, new):
        Webhook(secret).verify(body, headers)


async def test_a_result_without_a_creation_does_not_block_the_next(
    notification: Notification, sink: Sink
) -> None:
    await notification.endpoint(sink.url)
    lost = Envelope(
        "evt_0",
        "interview.completed",
        "/viva/gateway",
        "iv_lost",
        SystemClock().now() - timedelta(hours=1),
        "application/json",
    )
    # The other interview's key, so that both lie in one partition.
    await notification.events.publish_raw(RESULTS, b"iv_1", b"{}", lost.headers({}))
    await notification.interview()
    await notification.result()
    await eventually(lambda: _enough(sink, 1))


async def test_private_addresses_are_refused_by_default(
    platform_settings: PlatformSettings, sink: Sink
) -> None:
    settings = NotificationSettings(http_port=0, grpc_port=0, poll_s=0.05)
    runtime = Runtime(service, platform_settings, settings)
    await runtime.start()
    target = f"127.0.0.1:{runtime.grpc_server().port}"
    async with grpc.aio.insecure_channel(target) as channel, Events(platform_settings) as sender:
        notification = Notification(WebhookServiceStub(channel), sender)
        await notification.interview(webhook_url=sink.url.replace("http:", "https:"))
        await notification.result()
        (dead,) = await notification.delivered()
    await runtime.stop()
    assert dead.status == messages.DELIVERY_STATUS_DEAD
    assert "not a public one" in dead.tries[0].error
    assert sink.got == []


async def test_another_tenant_sees_nothing(notification: Notification, sink: Sink) -> None:
    endpoint_id, _ = await notification.endpoint(sink.url)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await notification.stub.GetEndpoint(
            messages.GetEndpointRequest(tenant_id="ten_2", id=endpoint_id)
        )
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND


async def test_a_bad_url_is_refused_with_its_reason(notification: Notification) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await notification.endpoint("ftp://example.com")
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def _enough(sink: Sink, count: int) -> bool:
    return len(sink.got) >= count


async def test_an_erased_interview_leaves_no_body_and_no_address(
    notification: Notification, sink: Sink
) -> None:
    await notification.endpoint(sink.url)
    sink.answers = [500]
    await notification.interview()
    await notification.result()

    async def tried() -> bool:
        return bool(sink.got)

    await eventually(tried)
    asked = gateway_events.InterviewErasureRequested(interview_id="iv_1", attempt=1)
    for _ in range(2):
        await notification.events.publish(asked, "iv_1")
    await notification.events.expect(events.InterviewErased, "iv_1", count=2)
    # What was under way is dropped; the tombstone goes out.
    await notification.result("interview.updated", "evt_2")
    await notification.result("interview.erased", "evt_3")
    found = {one.event_id: one for one in await notification.delivered()}

    async def told() -> bool:
        nonlocal found
        found = {one.event_id: one for one in await notification.delivered()}
        return "evt_3" in found

    await eventually(told)
    assert set(found) == {"evt_1", "evt_3"}
    assert found["evt_3"].status == messages.DELIVERY_STATUS_DELIVERED
    request = messages.ReplayDeliveryRequest(tenant_id=TENANT, id=found["evt_1"].id)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await notification.stub.ReplayDelivery(request)
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
