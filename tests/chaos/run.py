"""One run: everything started, broken, mended, and counted."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.brokers import Brokers
from tests.chaos.crowd import ANSWERS, Attended, Crowd
from tests.chaos.faults import Faults, World
from tests.chaos.fleet import Fleet
from tests.chaos.ground import DyingDatabase, SmallDisk
from tests.chaos.invariants import Finding, check
from tests.chaos.proxy import Proxies
from tests.chaos.schedule import Fault, schedule
from tests.chaos.witness import gather
from viva.audio.models import ModelStore
from viva.audio.models.store import default_models_dir
from viva.audio.speech import Synthesizer
from viva.testkit.api import Api
from viva.testkit.candidate.voice import Voice
from viva.testkit.webhook_sink import WebhookSink

_SETTLE_S = 420.0


@dataclass(frozen=True)
class Plan:
    """What is asked of a run."""

    seed: int
    faults: int
    interviews: int
    at_once: int


@dataclass
class Outcome:
    """What a run brought.

    Attributes:
        amid: how many faults fell into a live conversation.
        trouble: what the faults did to candidates and interviews, a line each.
    """

    faults: list[tuple[float, Fault]]
    amid: int
    findings: list[Finding]
    statuses: Counter[str]
    trouble: list[str]
    own_deaths: int
    took_s: float


async def run(plan: Plan, home: Path, say: Callable[[str], None]) -> Outcome:
    """Runs a plan on the Kafka in `home`."""
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="viva-chaos-"))
    async with AsyncExitStack() as opened:
        if not os.environ.get("VIVA_CHAOS_KEEP"):
            opened.callback(shutil.rmtree, folder, ignore_errors=True)
        else:
            say(f"logs and data stay in {folder}")
        voice = Voice(lambda: Synthesizer(ModelStore(), threads=2))
        speaking = asyncio.create_task(asyncio.to_thread(voice.prepare, ANSWERS.values()))
        world, api = await _start(folder, home, opened, say)
        sink = await opened.enter_async_context(WebhookSink())
        await api.call("POST", "/v1/webhook-endpoints", json={"url": f"{sink.url}/hooks"})
        await speaking
        crowd = Crowd(api, voice, plan.at_once)
        faults = Faults(world, say, lambda: crowd.live)
        talking = asyncio.create_task(crowd.run(plan.interviews))
        say(f"ready after {time.monotonic() - began:.0f} s; seed {plan.seed}")
        await crowd.talking.wait()
        await faults.run(schedule(plan.seed, plan.faults, disk=world.disk.real))
        crowd.end()
        await talking
        say(f"{len(crowd.attended)} interviews conducted; waiting for their verdicts")
        await world.brokers.whole(60)
        await crowd.settle(_SETTLE_S)
        evidence = await gather(api, sink, world.brokers.bootstrap, crowd.attended)
        return Outcome(
            faults.done,
            faults.amid,
            check(evidence),
            Counter(str(one.final.get("status")) for one in crowd.attended),
            [line for one in crowd.attended for line in _told(one)],
            world.fleet.deaths,
            time.monotonic() - began,
        )


def _told(one: Attended) -> Iterator[str]:
    """What is not as it would have been without any fault."""
    if one.trouble:
        yield f"{one.id}: {one.trouble}"
    if one.final.get("status") != "completed":
        answers = ", ".join(
            f"{answer['question_id']} {answer['words']} words"
            + "".join(f" without {stage}" for stage in answer["missing_stages"])
            for answer in one.final.get("answers", [])
        )
        overall = (one.final.get("explanation") or {}).get("overall_score", {})
        yield (
            f"{one.id}: {one.final.get('status')}, {overall.get('null_reason') or 'scored'}, "
            f"ended by {one.final.get('end_reason')}: {answers or 'no answer'}"
        )


async def _start(
    folder: Path, home: Path, opened: AsyncExitStack, say: Callable[[str], None]
) -> tuple[World, Api]:
    brokers = Brokers(home, folder / "kafka")
    database = DyingDatabase(folder / "database")
    disk = SmallDisk(folder / "objects")
    opened.callback(disk.stop)
    if not disk.real:
        say("no file system may be mounted here: the disk is never full")
    opened.callback(brokers.stop)
    await asyncio.to_thread(brokers.start)
    await database.start()
    opened.push_async_callback(database.stop)
    environment = {
        "VIVA_HOME": str(folder / "home"),
        "VIVA_MODELS_DIR": str(default_models_dir().resolve()),
        "VIVA_KAFKA_BOOTSTRAP": brokers.bootstrap,
        "VIVA_KAFKA_SESSION_TIMEOUT_MS": "6000",
        "VIVA_DATABASE_URL": database.url,
        "VIVA_OBJECTS_URL": disk.folder.as_uri(),
        "VIVA_NOTIFICATION_ALLOW_PRIVATE_TARGETS": "true",
        "VIVA_GATEWAY_REQUESTS_PER_MINUTE": "100000",
        "VIVA_GATEWAY_JOINS_PER_MINUTE": "100000",
        "OMP_NUM_THREADS": "1",
    }
    fleet = Fleet(folder, environment)
    proxies = Proxies({**brokers.routes(), **fleet.routes()})
    opened.callback(proxies.stop)
    if not await brokers.whole(300):
        raise RuntimeError("the brokers do not start")
    await _viva(environment, "topics", "apply")
    key = await _viva(environment, "keys", "bootstrap", "--file", str(folder / "key"))
    opened.push_async_callback(fleet.stop)
    await fleet.start()
    api = await opened.enter_async_context(Api(fleet.url, key))
    return World(fleet, brokers, database, disk, proxies), api


async def _viva(environment: dict[str, str], *arguments: str) -> str:
    done = await asyncio.to_thread(
        subprocess.run,
        [Path(sys.executable).with_name("viva"), *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"viva {arguments[0]}: {done.stderr}")
    return done.stdout.strip()
