"""The report: a table on the terminal, CSV and markdown with the same rows, plots."""

import csv
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.evaluate.registry import Outcome, Plot, Row, Task

_HEAD = ("measure", "value", "95%", "trivial", "human", "goal", "aim", "", "n / speakers", "note")
_COLUMNS = (
    *("task", "measure", "subset", "value", "low", "high", "baseline", "human"),
    *("goal", "aim", "reached", "n", "groups", "note"),
)


def show(console: Console, task: Task, outcome: Outcome) -> None:
    """Prints one task's rows."""
    if outcome.skipped:
        console.print(f"[bold]{task.name}[/]: {task.title}\n  [dim]skipped: {outcome.skipped}[/]\n")
        return
    table = Table(*_HEAD, title=f"{task.name}: {task.title}", title_justify="left")
    for row in outcome.rows:
        table.add_row(*cells(row))
    console.print(table)


def cells(row: Row) -> tuple[str, ...]:
    """One line of the table as text."""
    bound = "<= " if row.at_most else ">= "
    reached = {None: "", True: "ok", False: "below" if not row.at_most else "above"}[row.reached]
    baseline = number(row.baseline) + (f" ({row.baseline_name})" if row.baseline_name else "")
    return (
        f"{row.measure} [{row.subset}]" if row.subset else row.measure,
        number(row.value),
        f"{number(row.interval.low)} .. {number(row.interval.high)}" if row.interval else "",
        baseline,
        number(row.human),
        "" if row.goal is None else bound + number(row.goal),
        "" if row.aim is None else bound + number(row.aim),
        reached,
        " / ".join(str(count) for count in (row.n, row.groups) if count),
        row.note,
    )


def number(value: float | None) -> str:
    """Three digits after the point, fewer for large numbers; a dash for what is no number."""
    if value is None:
        return ""
    if not math.isfinite(value):
        return "-"
    return f"{value:.3f}" if abs(value) < 100 else f"{value:.0f}"


def write(folder: Path, results: Sequence[tuple[Task, Outcome]], head: Iterable[str]) -> None:
    """Writes results.csv, results.md and the plots."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "results.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(_COLUMNS)
        for task, outcome in results:
            writer.writerows(_csv(task, row) for row in outcome.rows)
    (folder / "results.md").write_text(_markdown(results, head), encoding="utf-8")
    for task, outcome in results:
        for plot in outcome.plots:
            _draw(folder / f"{task.name}-{plot.name}.png", plot)


def _csv(task: Task, row: Row) -> list[object]:
    low, high = row.interval or ("", "")
    return [
        *(task.name, row.measure, row.subset, row.value, low, high, row.baseline, row.human),
        *(row.goal, row.aim, row.reached, row.n, row.groups, row.note),
    ]


def _markdown(results: Sequence[tuple[Task, Outcome]], head: Iterable[str]) -> str:
    lines = ["# Evaluation", "", *(f"- {line}" for line in head), ""]
    for task, outcome in results:
        lines += [f"## {task.name}: {task.title}", ""]
        if outcome.skipped:
            lines += [f"skipped: {outcome.skipped}", ""]
            continue
        lines += [f"| {' | '.join(_HEAD)} |", "|" + " --- |" * len(_HEAD)]
        lines += [f"| {' | '.join(cells(row))} |" for row in outcome.rows]
        lines += ["", *(f"![{p.name}]({task.name}-{p.name}.png)" for p in outcome.plots), ""]
    return "\n".join(lines)


def _draw(path: Path, plot: Plot) -> None:
    import matplotlib as mpl  # noqa: PLC0415  (a second that most runs of the tests do without)

    mpl.use("agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figure, axes = plt.subplots(figsize=(5.5, 4.5), layout="constrained")
    plot.draw(axes)
    figure.savefig(path, dpi=120)
    plt.close(figure)
