"""Answers that try to get a score without having earned it, beside honest ones of known level.

Intervals are over questions: answers to one question stand or fall together. A set has five or six,
so intervals are wide, and a figure that is the same for every question has none to speak of.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import spearmanr  # type: ignore[import-untyped]

from tests.evaluate.data.answers import competency_of, points
from tests.evaluate.metrics.bootstrap import by_group
from tests.evaluate.registry import Bench, Outcome, Row, Task
from viva.testkit.answers.attacks import attacks
from viva.testkit.answers.library import SETS, honest, load, questions

_LOW = 25.0
_LEVELS = {3: "strong", 2: "middling", 1: "weak"}


@dataclass(frozen=True)
class Given:
    """What an answer was given.

    Attributes:
        question: its key.
        kind: of an attack; of an honest answer its level.
    """

    question: str
    kind: Any
    value: float


@dataclass(frozen=True)
class Half:
    """One of the sets, and how its rows are made."""

    name: str
    resamples: int

    def row(
        self,
        measure: str,
        given: Sequence[Given],
        figure: Callable[[Sequence[Given]], float],
        **more: Any,
    ) -> Row:
        """A figure of these answers, with its interval over their questions."""
        keys = [one.question for one in given]
        interval = by_group(keys, lambda at: figure([given[i] for i in at]), self.resamples)
        return Row(
            measure,
            figure(given),
            interval,
            subset=self.name,
            n=len(given),
            groups=len(set(keys)),
            **more,
        )


def run(bench: Bench) -> Outcome:
    """All sets, see `library.SETS`; the fifth was not seen while rules were written."""
    rows: list[Row] = []
    for name in SETS:
        half = Half(name, bench.settings.bootstrap)
        rows += attacked(half, list(_attacks(name)))
        rows += ranked(half, list(_honest(name)))
        rows.append(_padded(half))
    return Outcome(rows)


def attacked(half: Half, given: Sequence[Given]) -> list[Row]:
    """The share of attacks that get next to nothing, all and by kind."""
    rows = [half.row("under 25: all", given, under, goal=0.95)]
    for kind in sorted({one.kind for one in given}):
        own = [one for one in given if one.kind == kind]
        rows.append(half.row(f"under 25: {kind}", own, under))
    return rows


def ranked(half: Half, given: Sequence[Given]) -> list[Row]:
    """How honest answers of known level come out."""
    note = "the author's own levels, no panel's"
    rows = [half.row("honest answers, rank r", given, rank_r, baseline=0, note=note)]
    for level, name in _LEVELS.items():
        own = [one for one in given if one.kind == level]
        rows.append(half.row(f"honest answers, {name}, points", own, mean))
    strong = [one for one in given if one.kind == max(_LEVELS)]
    return [*rows, half.row("honest answers, strong, under 25", strong, under)]


def under(given: Sequence[Given]) -> float:
    """The share of those that got fewer points than are worth anything."""
    return float(np.mean([one.value < _LOW for one in given]))


def mean(given: Sequence[Given]) -> float:
    """Of the points."""
    return float(np.mean([one.value for one in given]))


def rank_r(given: Sequence[Given]) -> float:
    """Of points and levels; not a number where all are alike."""
    levels, values = [one.kind for one in given], [one.value for one in given]
    if np.ptp(levels) == 0 or np.ptp(values) == 0:
        return float("nan")
    return float(spearmanr(levels, values).statistic)


def _attacks(name: str) -> Iterator[Given]:
    for one in attacks(name):
        value = points(one.text, one.question.text, competency_of(one.question)) or 0.0
        yield Given(one.question.key, one.kind, value)


def _honest(name: str, padding: str = "") -> Iterator[Given]:
    asked = {question.key: question for question in questions()}
    for one in honest(name):
        question = asked[one.question]
        text = f"{one.text} {padding}" if padding else one.text
        value = points(text, question.text, competency_of(question)) or 0.0
        yield Given(one.question, one.level, value)


def _padded(half: Half) -> Row:
    plain = list(_honest(half.name))
    moved = [
        Given(before.question, before.kind, abs(after.value - before.value))
        for padding in load("padding.json")[half.name]
        for before, after in zip(plain, _honest(half.name, padding), strict=True)
    ]
    return half.row("padding moves at most 1 point", moved, _unmoved, goal=1.0)


def _unmoved(moved: Sequence[Given]) -> float:
    return float(np.mean([one.value <= 1 for one in moved]))


TASK = Task("attacks", "adversarial and honest answers", run, always=True)
