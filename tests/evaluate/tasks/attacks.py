"""Answers that try to get a score without having earned it, beside honest ones of known level."""

import itertools
import statistics
from collections.abc import Sequence

from scipy.stats import spearmanr

from tests.evaluate.data.answers import competency_of, points
from tests.evaluate.registry import Bench, Outcome, Row, Task
from viva.testkit.answers.attacks import attacks
from viva.testkit.answers.library import SETS, honest, load, questions

_LOW = 25.0
_LEVELS = {3: "strong", 2: "middling", 1: "weak"}


def run(bench: Bench) -> Outcome:
    """All sets, see `library.SETS`; the fifth was not seen while rules were written."""
    rows: list[Row] = []
    for half in SETS:
        rows += _attacked(half)
        rows += _ranked(half)
        rows.append(_padded(half))
    return Outcome(rows)


def _attacked(half: str) -> list[Row]:
    found = [
        (one.kind, points(one.text, one.question.text, competency_of(one.question)) or 0.0)
        for one in attacks(half)
    ]
    by_kind = itertools.groupby(sorted(found), key=lambda one: one[0])
    rows = [
        Row(f"under 25: {kind}", _under([v for _, v in group]), subset=half)
        for kind, group in by_kind
    ]
    values = [value for _, value in found]
    return [Row("under 25: all", _under(values), subset=half, n=len(values), goal=0.95), *rows]


def _ranked(half: str) -> list[Row]:
    asked = {question.key: question for question in questions()}
    pairs = [
        (one.level, points(one.text, question.text, competency_of(question)) or 0.0)
        for one in honest(half)
        for question in (asked[one.question],)
    ]
    value = float(spearmanr(*zip(*pairs, strict=True)).statistic)
    note = "the author's own levels, no panel's"
    rows = [Row("honest answers, rank r", value, subset=half, n=len(pairs), baseline=0, note=note)]
    by_level = {level: [value for one, value in pairs if one == level] for level in _LEVELS}
    for level, name in _LEVELS.items():
        found = by_level[level]
        mean = statistics.fmean(found)
        rows.append(Row(f"honest answers, {name}, points", mean, subset=half, n=len(found)))
    strong = by_level[max(_LEVELS)]
    rows.append(Row("honest answers, strong, under 25", _under(strong), subset=half, n=len(strong)))
    return rows


def _padded(half: str) -> Row:
    asked = {question.key: question for question in questions()}
    moved = []
    for one in honest(half):
        question = asked[one.question]
        competency = competency_of(question)
        before = points(one.text, question.text, competency) or 0.0
        for padding in load("padding.json")[half]:
            after = points(f"{one.text} {padding}", question.text, competency) or 0.0
            moved.append(abs(after - before))
    share = sum(one <= 1 for one in moved) / len(moved)
    return Row("padding moves at most 1 point", share, subset=half, n=len(moved), goal=1.0)


def _under(values: Sequence[float]) -> float:
    return sum(value < _LOW for value in values) / len(values)


TASK = Task("attacks", "adversarial and honest answers", run, always=True)
