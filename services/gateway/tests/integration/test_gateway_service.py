"""The running service: real broker, real database, the real notification service beside it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from viva.contracts.gateway.events.v1 import events_pb2 as gateway_events
from viva.contracts.session.events.v1 import events_pb2 as events
from viva.gateway.commands import ready_lines
from viva.gateway.entrypoints.schemas.documents.base import ListDocument
from viva.gateway.entrypoints.schemas.documents.webhooks import (
    DeliveryDocument,
    EndpointDocument,
    EndpointWithSecret,
    InvitationDocument,
)
from viva.gateway.service import service
from viva.gateway.settings import GatewaySettings
from viva.platform.clock import SystemClock
from viva.platform.embedded.broker import free_port
from viva.platform.health import Health
from viva.platform.http import HttpServer
from viva.platform.objects import Objects
from viva.platform.run import find_service
from viva.platform.service import Runtime
from viva.platform.settings import PlatformSettings, load
from viva.testkit.events import Events, eventually

from .gateway_results import completed

Json = dict[str, Any]
SMALLEST: Json = {"role": "Agent", "channel": "browser"}


@dataclass
class Running:
    """The gateway and what a customer and the other services do with it."""

    http: httpx.AsyncClient
    events: Events
    objects: Objects
    hooks: list[tuple[dict[str, str], bytes]]
    hook_url: str

    async def call(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = await self.http.request(method, f"/v1{path}", json=body, params=query)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    async def until(self, interview_id: str, status: str) -> Json:
        async def reached() -> Json | None:
            read: Json = await self.call("GET", f"/interviews/{interview_id}")
            return read if read["status"] == status else None

        found: Json = await eventually(reached, timeout_s=60)
        return found


@pytest_asyncio.fixture
async def running(
    platform_settings: PlatformSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> AsyncIterator[Running]:
    port = free_port()
    monkeypatch.setenv("VIVA_NOTIFICATION_GRPC_PORT", str(port))
    monkeypatch.setenv("VIVA_NOTIFICATION_HTTP_PORT", "0")
    monkeypatch.setenv("VIVA_NOTIFICATION_ALLOW_PRIVATE_TARGETS", "true")
    monkeypatch.setenv("VIVA_HOME", str(tmp_path / "home"))
    platform = platform_settings.model_copy(
        update={"notification_target": f"127.0.0.1:{port}", "public_url": "http://viva.test/"}
    )
    notification = find_service("notification")
    beside = Runtime(notification, platform, load(notification.settings))
    gateway = Runtime(service, platform, GatewaySettings(http_port=0))
    hooks: list[tuple[dict[str, str], bytes]] = []
    health = Health("sink", SystemClock())
    sink = HttpServer("127.0.0.1", 0, health)

    async def take(request: Request) -> Response:
        hooks.append((dict(request.headers), await request.body()))
        return Response(status_code=204)

    sink.mount(Starlette(routes=[Route("/hook", take, methods=["POST"])]))
    health.started = True
    await sink.start()
    await beside.start()
    await gateway.start()
    (line,) = await ready_lines(platform)
    key = line.split()[-1]
    url = f"http://127.0.0.1:{gateway.http_port}"
    store = gateway.objects()
    bearer = {"Authorization": f"Bearer {key}"}
    try:
        async with (
            httpx.AsyncClient(base_url=url, headers=bearer, timeout=30) as client,
            Events(platform) as sent,
        ):
            hook_url = f"http://127.0.0.1:{sink.port}/hook"
            yield Running(client, sent, store, hooks, hook_url)
    finally:
        for runtime in (gateway, beside):
            await runtime.drain()
            await runtime.stop()
        await sink.stop()


async def test_from_order_to_webhook(running: Running) -> None:
    endpoint = await running.call(
        "POST",
        "/webhook-endpoints",
        {"url": running.hook_url, "event_types": ["interview.completed"]},
    )
    EndpointWithSecret.model_validate(endpoint)
    made = await running.call("POST", "/interviews", SMALLEST)
    interview_id = made["id"]
    assert made["join_url"].startswith("http://viva.test/join#t=")
    (created,) = await running.events.expect(gateway_events.InterviewCreated, interview_id)
    assert created.spec.interview_id == interview_id

    ready = events.PromptsReady(interview_id=interview_id, attempt=1)
    await running.events.publish(ready, interview_id, event_id="evt_ready")
    await running.events.publish(ready, interview_id, event_id="evt_ready")
    await running.until(interview_id, "ready")
    verdict = await completed(running.objects, interview_id)
    for _ in range(2):
        await running.events.publish(verdict, interview_id, event_id=f"evt_{interview_id}")
    read = await running.until(interview_id, "completed")
    assert read["overall_score"] == 74

    public = await running.events.read_json("interview.results.v1", interview_id)
    assert [(kind, data) for kind, _, data in public] == [("interview.completed", read)]

    async def delivered() -> Any:
        page = await running.call("GET", "/webhook-deliveries", interview_id=interview_id)
        ListDocument[DeliveryDocument].model_validate(page)
        return [one for one in page["data"] if one["status"] == "delivered"]

    (delivery,) = await eventually(delivered, timeout_s=60)
    headers, body = running.hooks[0]
    hook = httpx.Response(200, content=body).json()
    assert (hook["type"], hook["data"]) == ("interview.completed", read)
    assert headers["webhook-id"] == delivery["event_id"] == public[0][1]
    credits_left = await running.call("GET", "/credits")
    assert (credits_left["balance"], credits_left["reserved"]) == (999, 0)

    await running.call("POST", f"/webhook-deliveries/{delivery['id']}/replay")

    async def twice() -> bool:
        return len(running.hooks) == 2

    await eventually(twice, timeout_s=60)
    assert running.hooks[1][0]["webhook-id"] == headers["webhook-id"]


async def test_endpoints_and_invitations(running: Running) -> None:
    made = await running.call("POST", "/webhook-endpoints", {"url": running.hook_url})
    path = f"/webhook-endpoints/{made['id']}"
    changed = await running.call("PATCH", path, {"enabled": False, "description": "Off"})
    EndpointDocument.model_validate(changed)
    assert (changed["enabled"], changed["description"]) == (False, "Off")
    assert changed["url"] == running.hook_url
    assert await running.call("GET", path) == changed
    assert (await running.call("POST", f"{path}/rotate-secret"))["secret"] != made["secret"]
    assert (await running.call("GET", "/webhook-endpoints"))["data"] == [changed]
    secret = (await running.call("GET", "/webhook-signing-secret"))["secret"]
    assert secret.startswith("whsec_")
    await running.call("DELETE", path)
    gone = await running.http.get(f"/v1{path}")
    assert gone.status_code == 404
    assert gone.headers["content-type"] == "application/problem+json"
    wrong = await running.http.post(
        "/v1/webhook-endpoints", json={"url": running.hook_url, "event_types": ["x"]}
    )
    assert wrong.json()["errors"][0]["pointer"] == "/event_types/0"

    interview = await running.call("POST", "/interviews", SMALLEST | {"candidate": {"name": "Kim"}})
    path = f"/interviews/{interview['id']}/invitations"
    nobody = await running.http.post(f"/v1{path}")
    assert nobody.json()["code"] == "email_required"
    answer = await running.http.post(f"/v1{path}", json={"email": "kim@example.org"})
    assert answer.status_code == 201, answer.text
    InvitationDocument.model_validate(answer.json())
    listed = await running.call("GET", path)
    assert [one["email"] for one in listed["data"]] == ["kim@example.org"]


async def test_the_documents_are_served(running: Running) -> None:
    for path, kind in (
        ("/openapi.json", "application/json"),
        ("/asyncapi.json", "application/json"),
        ("/docs", "text/html"),
        ("/join", "text/html"),
    ):
        answer = await running.http.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(kind)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    page = (await running.http.get("/docs")).text
    assert "/v1/interviews/{interview_id}/reinvite" in page


async def test_the_first_key_is_made_once(
    platform_settings: PlatformSettings, running: Running, tmp_path: Any
) -> None:
    kept = tmp_path / "home" / "first-key"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert await ready_lines(platform_settings) == [f"API key  {kept.read_text().strip()}"]
    assert (await running.call("GET", "/credits"))["balance"] == 1000
