"""What a task of the bench is and gives: rows for the table, plots for the report.

A new task is one module in `tests.evaluate.tasks` with a `TASK`, named in `tests.evaluate.tasks`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tests.evaluate.metrics.bootstrap import Interval
from tests.evaluate.settings import EvalSettings


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        subset: what it was measured on, where a task has several.
        n: how many things were measured.
        groups: how many speakers (questions, interviews) they came from; intervals are over these.
        baseline: what a trivial answer reaches, and `baseline_name` which one.
        human: what one expert, or the literature's humans, reach on the same.
        goal: figure to reach; `aim`: figure to aim for.
        at_most: a smaller value is better, the goal is an upper bound.
    """

    measure: str
    value: float
    interval: Interval | None = None
    subset: str = ""
    n: int = 0
    groups: int = 0
    baseline: float | None = None
    baseline_name: str = ""
    human: float | None = None
    goal: float | None = None
    aim: float | None = None
    at_most: bool = False
    note: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the value reaches the goal; None where there is none."""
        if self.goal is None:
            return None
        if not np.isfinite(self.value):
            return False
        return self.value <= self.goal if self.at_most else self.value >= self.goal


@dataclass(frozen=True)
class Plot:
    """A picture of the report; `draw` gets matplotlib axes."""

    name: str
    draw: Callable[[Any], None]


@dataclass
class Outcome:
    """What a task gives; `skipped` says why it gives nothing, and how to change that."""

    rows: list[Row] = field(default_factory=list)
    plots: list[Plot] = field(default_factory=list)
    skipped: str = ""


@dataclass(frozen=True)
class Bench:
    """What tasks share.

    Attributes:
        report: folder of the report; a task may write files of its own there.
        say: prints a line about what is going on.
    """

    settings: EvalSettings
    report: Path
    say: Callable[[str], None]

    def folder(self, task: str) -> Path:
        """A folder of the report for a task's own files."""
        found = self.report / task
        found.mkdir(parents=True, exist_ok=True)
        return found


@dataclass(frozen=True)
class Task:
    """One task.

    Attributes:
        always: it needs no dataset, so it runs always.
    """

    name: str
    title: str
    run: Callable[[Bench], Outcome]
    always: bool = False


def missing(*settings: str) -> Outcome:
    """The outcome of a task whose dataset is not there."""
    names = " or ".join(f"VIVA_EVAL_{name.upper()}" for name in settings)
    return Outcome(skipped=f"set {names}")


def batches(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Items in groups of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
