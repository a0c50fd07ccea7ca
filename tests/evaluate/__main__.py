"""`make evaluate`: measures how far scores can be trusted; prints a table, writes a report."""

import argparse
import datetime as dt
import os
import platform
import sys
import time
from pathlib import Path

from rich.console import Console

from tests.evaluate.registry import Bench, Outcome, Task
from tests.evaluate.report import show, write
from tests.evaluate.settings import EvalSettings
from tests.evaluate.tasks import TASKS
from viva.platform.errors import VivaError

REPORT = Path("report") / "evaluate"


def main() -> int:
    """Runs the tasks that are wanted; 1 where one of them failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.evaluate", description=__doc__)
    parser.add_argument("--only", default="", help=f"some of: {','.join(t.name for t in TASKS)}")
    parser.add_argument("--report", type=Path, default=REPORT, help="folder of the report")
    given = parser.parse_args()
    wanted = [name for name in given.only.split(",") if name]
    unknown = set(wanted) - {task.name for task in TASKS}
    if unknown:
        parser.error(f"no such task: {', '.join(sorted(unknown))}")
    # Wide enough for the table also where the output is a file.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 180)
    bench = Bench(EvalSettings(), given.report, lambda line: console.print(f"[dim]{line}[/]"))
    results = []
    failed = False
    for task in TASKS:
        if wanted and task.name not in wanted:
            continue
        outcome, error = _run(task, bench)
        failed |= error
        show(console, task, outcome)
        results.append((task, outcome))
    write(given.report, results, _head())
    console.print(f"report: {given.report}")
    return int(failed)


def _run(task: Task, bench: Bench) -> tuple[Outcome, bool]:
    """One task; what is wrong with its dataset does not keep the others from running."""
    began = time.monotonic()
    try:
        outcome = task.run(bench)
    except (OSError, ValueError, KeyError, VivaError) as error:
        bench.say(f"{task.name} FAILED: {type(error).__name__}: {error}")
        return Outcome(skipped=f"FAILED: {type(error).__name__}: {error}"), True
    bench.say(f"{task.name}: {time.monotonic() - began:.0f} s")
    return outcome, False


def _head() -> list[str]:
    return [
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC",
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "Intervals: percentile bootstrap over speakers (or questions, or interviews), 95%.",
    ]


if __name__ == "__main__":
    sys.exit(main())
