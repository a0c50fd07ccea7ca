"""How long an answer's analysis takes, as a share of the answer, while its interview goes on.

From the end of the recording (AnswerRecorded) to AnswerScored, over the broker: recognition of the
whole answer, who spoke, scoring, and all waiting in between. `viva trace` tells the times.
"""

import asyncio
import json
import os
import subprocess
import sys
from typing import Any

from tests.bench.bench import Bench, percentile
from tests.e2e.interview import LONG_PROBLEM, ORDER, book
from viva.testkit.candidate.conduct import conduct
from viva.testkit.candidate.script import Say
from viva.testkit.stack import Stack

INTERVIEWS = 3
_STAGES = ("transcribed", "attributed", "scored")


async def measure(bench: Bench) -> None:
    """One interview after another; warm-ups are answers too."""
    stack = await bench.stack()
    answers = book(problem=(Say(LONG_PROBLEM),))
    await bench.render(answers.all())
    lines: list[dict[str, Any]] = []
    async with stack.api() as api:
        for number in range(INTERVIEWS):
            bench.console.print(f"[dim]analysis: interview {number + 1} of {INTERVIEWS}[/]")
            done = await conduct(api, bench.voice, book=answers, seed=number, **ORDER)
            bench.conducted.append(done)
            lines += await asyncio.to_thread(_traced, stack, done.id)
    bench.table(
        "An answer's analysis, one interview running: time since its recording / its duration",
        ("until", "answers", "p50", "p95", "slowest, s"),
        (_row(stage, lines) for stage in _STAGES),
    )


def _traced(stack: Stack, interview_id: str) -> list[dict[str, Any]]:
    """The answers of `viva trace`."""
    command = [sys.executable, "-m", "viva.platform.cli", "trace", interview_id, "--json"]
    environment = os.environ | stack.settings()
    found = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=120)
    answers: list[dict[str, Any]] = json.loads(found.stdout)["answers"]
    return answers


def _row(stage: str, lines: list[dict[str, Any]]) -> list[object]:
    told = [
        (line["seconds_after_recording"][stage], line["spoken_s"])
        for line in lines
        if stage in line["seconds_after_recording"] and line["spoken_s"]
    ]
    shares = [taken_s / spoken_s for taken_s, spoken_s in told]
    slowest_s = max((taken_s for taken_s, _ in told), default=0.0)
    middle, most = (percentile(shares, share) or 0.0 for share in (0.5, 0.95))
    return [stage, len(told), f"{middle:.2f}", f"{most:.2f}", f"{slowest_s:.1f}"]
