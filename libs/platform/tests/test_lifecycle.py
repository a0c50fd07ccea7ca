import asyncio

import pytest

from viva.platform.lifecycle import PartStack
from viva.platform.run import serve
from viva.platform.service import Runtime, Service
from viva.platform.settings import PlatformSettings, ServiceSettings, SettingsError


class Recorder:
    """A part that notes what happens to it."""

    def __init__(self, name: str, log: list[str], *, fails: str = "", hangs: bool = False) -> None:
        self._name, self._log, self._fails, self._hangs = name, log, fails, hangs

    async def start(self) -> None:
        self._log.append(f"start {self._name}")
        if self._fails == "start":
            raise RuntimeError(self._name)

    async def stop(self) -> None:
        self._log.append(f"stop {self._name}")
        if self._hangs:
            await asyncio.Event().wait()
        if self._fails == "stop":
            raise RuntimeError(self._name)


async def test_parts_start_in_order_and_stop_in_reverse_once() -> None:
    log: list[str] = []
    stack = PartStack(1)
    for name in "abc":
        stack.add(Recorder(name, log))
    await stack.start()
    await stack.stop()
    await stack.stop()
    assert log == ["start a", "start b", "start c", "stop c", "stop b", "stop a"]


async def test_a_part_that_fails_to_start_stops_those_before_it() -> None:
    log: list[str] = []
    stack = PartStack(1)
    stack.add(Recorder("a", log))
    stack.add(Recorder("b", log, fails="start"))
    stack.add(Recorder("c", log))
    with pytest.raises(RuntimeError, match="b"):
        await stack.start()
    assert log == ["start a", "start b", "stop b", "stop a"]


async def test_a_part_that_hangs_or_fails_at_its_end_does_not_keep_the_others_up() -> None:
    log: list[str] = []
    stack = PartStack(0.05)
    stack.add(Recorder("a", log))
    stack.add(Recorder("b", log, hangs=True))
    stack.add(Recorder("c", log, fails="stop"))
    await stack.start()
    await stack.stop()
    assert log[3:] == ["stop c", "stop b", "stop a"]


def service(build) -> Service:
    return Service("example", ServiceSettings, build)


async def run_until(build, stop_when, hurry_when=None) -> int:
    stopping, hurrying = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(
        serve([service(build)], PlatformSettings.model_validate({}), stopping, hurrying)
    )
    if stop_when is not None:
        await stop_when.wait()
        stopping.set()
    if hurry_when is not None:
        await hurry_when.wait()
        hurrying.set()
    async with asyncio.timeout(60):
        return await running


async def test_a_signal_drains_then_stops_and_the_code_is_0() -> None:
    log: list[str] = []
    up = asyncio.Event()

    async def build(runtime: Runtime, settings: ServiceSettings) -> None:
        runtime.add(Recorder("part", log))

        async def drain() -> None:
            assert runtime.health.body()["status"] == "draining"
            log.append("drain")

        async def work() -> None:
            up.set()
            await asyncio.Event().wait()

        runtime.on_drain(drain)
        runtime.task("work", work)

    assert await run_until(build, up) == 0
    assert log == ["start part", "drain", "stop part"]


async def test_a_second_signal_cuts_the_drain_off() -> None:
    log: list[str] = []
    up, draining = asyncio.Event(), asyncio.Event()

    async def build(runtime: Runtime, settings: ServiceSettings) -> None:
        runtime.add(Recorder("part", log))

        async def drain() -> None:
            draining.set()
            try:
                await asyncio.Event().wait()
            finally:
                log.append("let go")

        async def work() -> None:
            up.set()
            await asyncio.Event().wait()

        runtime.on_drain(drain)
        runtime.task("work", work)

    assert await run_until(build, up, draining) == 0
    assert log == ["start part", "let go", "stop part"]


async def test_an_owned_task_that_crashes_ends_the_service_with_1() -> None:
    log: list[str] = []

    async def build(runtime: Runtime, settings: ServiceSettings) -> None:
        runtime.add(Recorder("part", log))

        async def work() -> None:
            raise ZeroDivisionError

        runtime.task("work", work)

    assert await run_until(build, None) == 1
    assert log == ["start part", "stop part"]


async def test_a_start_that_fails_ends_with_1_and_wrong_settings_are_told() -> None:
    async def breaks(runtime: Runtime, settings: ServiceSettings) -> None:
        raise ZeroDivisionError

    assert await run_until(breaks, None) == 1

    async def lacks(runtime: Runtime, settings: ServiceSettings) -> None:
        runtime.objects()

    with pytest.raises(SettingsError, match="VIVA_OBJECTS_URL"):
        await run_until(lacks, None)


async def test_a_drain_has_a_time_limit() -> None:
    class Short(ServiceSettings):
        drain_timeout_s: float = 0.05

    async def build(runtime: Runtime, settings: ServiceSettings) -> None:
        runtime.on_drain(asyncio.Event().wait)

    runtime = Runtime(Service("example", Short, build), PlatformSettings(), Short())
    await runtime.start()
    async with asyncio.timeout(60):
        await runtime.drain()
        await runtime.stop()
