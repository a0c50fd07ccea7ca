import asyncio

import httpx
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from viva.platform.health import Health
from viva.platform.probe import Probe
from viva.platform.service import Runtime, Service
from viva.platform.settings import PlatformSettings, ServiceSettings
from viva.testkit.clock import FakeClock


async def test_a_dependency_that_blinks_degrades_and_never_unreadies(until) -> None:
    health = Health("example", FakeClock())
    health.started = True
    there = False

    async def ask() -> None:
        if not there:
            raise ConnectionError

    probe = Probe(health, "broker", ask, every_s=0.01)
    await probe.start()
    await until(lambda: health.degraded == {"broker": "ConnectionError"})
    assert health.ready
    assert health.body()["status"] == "degraded"
    there = True
    await until(lambda: health.body()["status"] == "ready")
    await probe.stop()


def test_a_loop_that_does_not_beat_is_dead() -> None:
    clock = FakeClock()
    health = Health("example", clock)
    clock.advance(10)
    assert health.live
    clock.advance(10)
    assert not health.live
    health.beat()
    assert health.live


async def test_health_answers_from_the_first_moment_and_the_application_when_all_is_up(
    until,
) -> None:
    slow = asyncio.Event()

    class Slow:
        async def start(self) -> None:
            await slow.wait()

        async def stop(self) -> None:
            pass

    async def hello(request: object) -> PlainTextResponse:
        return PlainTextResponse("hello")

    async def build(runtime: Runtime, settings: ServiceSettings) -> None:
        runtime.http(Starlette(routes=[Route("/hello", hello)]))
        runtime.add(Slow())
        runtime.health.report("conversations", lambda: 3)

    runtime = Runtime(
        Service("example", ServiceSettings, build), PlatformSettings(), ServiceSettings()
    )
    starting = asyncio.create_task(runtime.start())
    await until(lambda: runtime.http_port)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{runtime.http_port}") as client:
        assert (await client.get("/livez")).status_code == 200
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "starting")
        assert ready.json()["starting"] == "Slow"
        refused = await client.get("/hello")
        assert refused.status_code == 503
        assert refused.headers["content-type"] == "application/problem+json"
        slow.set()
        await starting
        assert (await client.get("/hello")).text == "hello"
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["conversations"]) == (200, 3)
        await runtime.drain()
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "draining")
        assert (await client.get("/livez")).status_code == 200
    await runtime.stop()
    await runtime.stop()
