"""`make chaos`: breaks a running Viva by a seed, and counts what it promised.

KAFKA_HOME names an unpacked Apache Kafka (Java 17 or newer). Logs are kept where VIVA_CHAOS_KEEP is
set.
"""

import argparse
import asyncio
import logging
import os
import random
import signal
import sys
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.chaos.run import Outcome, Plan, run


def _print(plan: Plan, outcome: Outcome, console: Console) -> None:
    kinds = Counter((fault.kind.value, fault.target) for _, fault in outcome.faults)
    faults = Table("what", "where", "times", title="faults")
    for (kind, target), count in sorted(kinds.items()):
        faults.add_row(kind, target, str(count))
    console.print(faults)
    table = Table("invariant", "counted", "broken", title=f"seed {plan.seed}")
    for finding in outcome.findings:
        colour = "red" if finding.broken else "green"
        table.add_row(finding.name, str(finding.counted), f"[{colour}]{len(finding.broken)}[/]")
    console.print(table)
    for finding in outcome.findings:
        for line in finding.broken:
            console.print(f"BROKEN {finding.name}: {line}", markup=False, soft_wrap=True)
    for line in outcome.trouble:
        console.print(f"hit: {line}", markup=False, soft_wrap=True)
    interviews = ", ".join(f"{count} {status}" for status, count in outcome.statuses.items())
    console.print(
        f"{len(outcome.faults)} faults, {outcome.amid} amid a conversation; "
        f"interviews: {interviews}; "
        f"{outcome.own_deaths} processes ended by themselves; {outcome.took_s:.0f} s"
    )


def main() -> int:
    """Runs; 1 where an invariant is broken, 2 where there is no Kafka."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument("--faults", type=int, default=100)
    parser.add_argument("--interviews", type=int, default=40, help="at least")
    parser.add_argument("--at-once", type=int, default=3)
    found = parser.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it says what we did ourselves
    home = os.environ.get("KAFKA_HOME")
    if not home:
        sys.stderr.write("KAFKA_HOME is not set: chaos needs an Apache Kafka\n")
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was started is stopped
    plan = Plan(found.seed, found.faults, found.interviews, found.at_once)
    console = Console()
    outcome = asyncio.run(run(plan, Path(home), lambda line: console.print(line, markup=False)))
    _print(plan, outcome, console)
    return 1 if any(finding.broken for finding in outcome.findings) else 0


if __name__ == "__main__":
    sys.exit(main())
