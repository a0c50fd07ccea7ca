"""kill -9 at each point between commit, publish, mark and offset: nothing lost, one effect each."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest

from viva.contracts.gateway.events.v1 import events_pb2 as gateway_events
from viva.platform.settings import PlatformSettings

SCRIPT = Path(__file__).with_name("crashing_node.py")
EVENTS = 12
Requested = gateway_events.InterviewCancelRequested


async def run_until_killed(settings: PlatformSettings, service: str, point: str) -> None:
    values = json.loads(settings.model_dump_json())
    values["database_url"] = settings.require("database_url")
    process = await asyncio.create_subprocess_exec(
        sys.executable, SCRIPT, json.dumps(values), service, point
    )
    async with asyncio.timeout(120):
        code = await process.wait()
    assert code == -signal.SIGKILL


async def make_effects_table(made, rows) -> None:
    await rows(made, "CREATE TABLE IF NOT EXISTS effects (id text PRIMARY KEY, times int)")


async def check_one_effect_each(made, rows, until) -> None:
    async def all_there() -> bool:
        return bool((await rows(made, "SELECT count(*) FROM effects"))[0][0] == EVENTS)

    await until(all_there)
    assert await rows(made, "SELECT id FROM effects WHERE times <> 1") == []


def wire(messaging) -> None:
    import importlib.util  # noqa: PLC0415

    spec = importlib.util.spec_from_file_location("crashing_node", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    messaging.on(Requested, module.handle)


@pytest.mark.parametrize(
    "point",
    [
        "after commit, before publish",
        "in the middle of publishing",
        "after publish, before mark",
    ],
)
async def test_a_relay_that_is_killed(settings, node, rows, until, point) -> None:
    await run_until_killed(settings, "gateway", point)
    session = await node("session", settings)
    await make_effects_table(session, rows)
    await session.stop()
    session = await node("session", settings, wire)
    gateway = await node("gateway", settings)
    await check_one_effect_each(session, rows, until)

    async def all_marked() -> bool:
        waiting = await rows(gateway, "SELECT count(*) FROM outbox WHERE published_at IS NULL")
        return bool(waiting[0][0] == 0)

    await until(all_marked)


async def test_a_consumer_that_is_killed_before_it_commits_its_offset(
    settings, node, rows, until
) -> None:
    gateway = await node("gateway", settings)
    session = await node("session", settings)
    await make_effects_table(session, rows)
    await session.stop()
    async with gateway.database.unit_of_work() as unit:
        for number in range(EVENTS):
            name = f"iv_{number % 3}"
            unit.emit(Requested(interview_id=name), interview_id=name)
    await run_until_killed(settings, "session", "after effect, before offset")
    assert await rows(gateway, "SELECT count(*) FROM session.effects WHERE times = 1") != [(0,)]
    session = await node("session", settings, wire)
    await check_one_effect_each(session, rows, until)
