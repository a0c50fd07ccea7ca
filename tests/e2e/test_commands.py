"""Commands of somebody at a terminal, beside a running Viva."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

from tests.e2e.interview import CUSTOMER, ORDER, QUESTIONS
from tests.e2e.world import World
from viva.audio.wav import write_wav
from viva.platform.run import service_names
from viva.testkit.candidate.script import Say

ONE_QUESTION = ORDER | {
    "question_set": {
        "name": "One",
        "questions": [one for one in QUESTIONS["questions"] if one["id"] == "customer"],
    }
}


async def viva(world: World, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`viva ...` with the settings that `viva up` chose."""
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "viva.platform.cli", *arguments],
        env=os.environ | world.stack.settings(),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


async def test_status_tells_of_all_eight(world: World) -> None:
    found = await viva(world, "status", "--json")
    assert found.returncode == 0, found.stderr
    rows = json.loads(found.stdout)
    assert [row["service"] for row in rows] == sorted(service_names())
    assert all(row["status"] in {"ready", "degraded"} and row["pid"] for row in rows)


async def test_doctor_finds_nothing_missing(world: World) -> None:
    found = await viva(world, "doctor")
    assert found.returncode == 0, found.stdout + found.stderr
    assert "`viva up` runs" in found.stdout


async def test_a_candidate_answers_from_a_recording(world: World, tmp_path: Path) -> None:
    recording = tmp_path / "customer.wav"
    recording.write_bytes(write_wav(await asyncio.to_thread(world.voice.render, Say(CUSTOMER))))
    created = await world.api.create_interview(**ONE_QUESTION)
    await world.api.ready(created["id"])
    found = await viva(
        world, "candidate", created["join_url"], "--answers", str(recording), "--quiet"
    )
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout)
    assert [turn["question_id"] for turn in told["turns"]] == ["customer"]
    await world.api.verdict(created["id"])
    read = await world.api.interview(created["id"], include="transcript")
    (answer,) = read["answers"]
    assert "parcel" in answer["transcript"]["text"]
