"""Sets CEFR cut-points on rated speech: deploy/docs/standard-setting.md says how and when.

    python -m tests.evaluate.standard_setting RATED.csv [--write]

RATED.csv has one row for each candidate and rater: candidate, rater, cefr, index. `index` is the
CEFR index of the verdict in tenths (the sum of `cefr.contributions` times ten).
"""

import argparse
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from tests.evaluate.data.tables import read_table
from tests.evaluate.fit_fluency import FILE
from tests.evaluate.metrics.agreement import quadratic_kappa
from tests.evaluate.metrics.bootstrap import folds
from tests.evaluate.tasks.cefr import LEVELS
from viva.scoring.domain.language import level

MIN_CANDIDATES = 100
MIN_TWICE_RATED = 30
MIN_PER_LEVEL = 10
_FOLDS = 10


class Rated:
    """Candidates with the median of their raters' levels and their index.

    Raises:
        ValueError: a level that is none, an index that is no number, or one candidate with two.
    """

    def __init__(self, rows: Sequence[Mapping[str, str]]) -> None:
        levels: dict[str, list[int]] = {}
        index: dict[str, float] = {}
        for row in rows:
            name = row["candidate"]
            if row["cefr"] not in LEVELS:
                raise ValueError(f"{name}: {row['cefr']!r} is none of {', '.join(LEVELS)}")
            value = float(row["index"])
            if not math.isfinite(value) or index.setdefault(name, value) != value:
                raise ValueError(f"{name}: index {row['index']!r}")
            levels.setdefault(name, []).append(LEVELS.index(row["cefr"]))
        self.names = list(levels)
        self.twice = [found[:2] for found in levels.values() if len(found) > 1]
        self.levels = np.array([math.floor(float(np.median(levels[n]))) for n in self.names])
        self.index = np.array([index[name] for name in self.names])

    def faults(self) -> list[str]:
        """Why cut-points may not be set on these."""
        counts = np.bincount(self.levels, minlength=len(LEVELS))
        few = [LEVELS[n] for n in range(len(LEVELS)) if 0 < counts[n] < MIN_PER_LEVEL]
        checks = (
            (len(self.names) < MIN_CANDIDATES, f"fewer than {MIN_CANDIDATES} candidates"),
            (len(self.twice) < MIN_TWICE_RATED, f"fewer than {MIN_TWICE_RATED} rated twice"),
            (bool(few), f"fewer than {MIN_PER_LEVEL} at {', '.join(few)}"),
            (int((counts > 0).sum()) < 3, "fewer than three levels"),
        )
        return [text for holds, text in checks if holds]


def cut_points(levels: NDArray[np.intp], index: NDArray[np.float64]) -> dict[str, int]:
    """The lowest index of each level above A1 (contrasting groups, Livingston and Zieky 1982).

    Each cut is the place with the fewest people on the wrong side of it; ties lie in the middle.
    Cuts never fall; where nobody reached a level, its cut lies above all.
    """
    cuts: dict[str, int] = {}
    lowest = 0
    for number, name in enumerate(LEVELS[1:], start=1):
        above = levels >= number
        places = np.unique(np.concatenate([index, [index.max() + 1]]))
        wrong = [int((above & (index < p)).sum() + (~above & (index >= p)).sum()) for p in places]
        best = places[np.flatnonzero(np.array(wrong) == min(wrong))]
        lowest = max(lowest, round(float(best[len(best) // 2])))
        cuts[name] = lowest
    return cuts


def held_out_levels(rated: Rated) -> NDArray[np.intp]:
    """Of each candidate, by cuts that were set without them."""
    found = np.zeros(len(rated.names), dtype=int)
    for part in folds(rated.names, _FOLDS):
        rest = np.setdiff1d(np.arange(len(rated.names)), part)
        cuts = cut_points(rated.levels[rest], rated.index[rest])
        found[part] = [LEVELS.index(level(int(value), cuts)) for value in rated.index[part]]
    return found


def main() -> int:
    """Prints cuts and agreement; with --write, and enough ratings, they go into the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rated", type=Path)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    console = Console(highlight=False)
    try:
        rated = Rated(read_table(given.rated, ("candidate", "rater", "cefr", "index")))
    except (OSError, ValueError) as error:
        console.print(f"[red]{error}[/]")
        return 2
    cuts = cut_points(rated.levels, rated.index)
    _show(console, rated, cuts)
    faults = rated.faults()
    for fault in faults:
        console.print(f"[yellow]not enough: {fault}[/]")
    if given.write and not faults:
        _write(FILE, cuts, len(rated.names))
        console.print(f"written to {FILE}; raise its version before a release")
    return int(bool(faults))


def _show(console: Console, rated: Rated, cuts: Mapping[str, int]) -> None:
    given = held_out_levels(rated)
    apart = np.abs(given - rated.levels)
    table = Table("figure", "value", title="held-out agreement", title_justify="left")
    table.add_row("candidates", str(len(rated.names)))
    table.add_row("exact", f"{np.mean(apart == 0):.3f}")
    table.add_row("at most one level apart", f"{np.mean(apart <= 1):.3f}")
    table.add_row(
        "quadratic kappa",
        f"{quadratic_kappa(given, rated.levels, len(LEVELS)):.3f}",
    )
    if rated.twice:
        one, other = zip(*rated.twice, strict=True)
        table.add_row("the same of two raters", f"{quadratic_kappa(one, other, len(LEVELS)):.3f}")
    console.print(table)
    console.print("cuts: " + ", ".join(f"{name} {cut}" for name, cut in cuts.items()))


def _write(path: Path, cuts: Mapping[str, int], candidates: int) -> None:
    content = json.loads(path.read_text("utf-8"))
    basis = f"Cut-points set on {candidates} rated candidates (contrasting groups)."
    content["cefr"] |= {
        "cuts": dict(cuts),
        "provisional": False,
        "validation": "calibrated",
        "basis": basis,
    }
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
