"""Results in stories of which each sentence is labelled: how many are heard, how many rightly."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.evaluate.data.answers import read_aloud
from tests.evaluate.data.scorer import analyst
from tests.evaluate.metrics.bootstrap import Indices, by_group
from tests.evaluate.registry import Bench, Outcome, Row, Task
from viva.testkit.answers.library import Story, stories

_COMPARED = 60
"""Characters from a sentence's beginning: quotes may be cut at their end."""


@dataclass(frozen=True)
class Heard:
    """What was heard of one story.

    Attributes:
        right, wrong, missed: sentences by label and finding.
        having: a sentence of it is labelled as a result.
        heard: it is, and any result is heard.
    """

    question: str
    right: int
    wrong: int
    missed: int
    having: bool
    heard: bool


def run(bench: Bench) -> Outcome:
    """Both halves: the rule was written with the first, and mended once after the second."""
    told = stories()
    rows: list[Row] = []
    for name, half in (("first half", told[::2]), ("second half", told[1::2])):
        rows += rows_of(name, [_hear(story) for story in half], bench.settings.bootstrap)
    return Outcome(rows)


def rows_of(name: str, found: Sequence[Heard], resamples: int) -> list[Row]:
    """Shares of sentences and stories, intervals over the questions that they answer."""
    keys = [one.question for one in found]
    right, wrong, missed, having, heard = np.array(
        [(one.right, one.wrong, one.missed, one.having, one.heard) for one in found]
    ).T

    def row(measure: str, part: NDArray[np.int_], whole: NDArray[np.int_], note: str = "") -> Row:
        def share(at: Indices) -> float:
            count = int(whole[at].sum())
            return float(part[at].sum() / count) if count else float("nan")

        return Row(
            measure,
            share(np.arange(len(found))),
            by_group(keys, share, resamples),
            subset=name,
            n=int(whole.sum()),
            groups=len(set(keys)),
            note=note,
        )

    note = "one author's labels"
    return [
        row("results heard", right, right + missed, note),
        row("rightly taken for a result", right, right + wrong, note),
        row("stories with one heard", heard, having),
    ]


def _hear(story: Story) -> Heard:
    answer = read_aloud(" ".join(text for text, _ in story.told), story.question)
    quotes = [one.quote for one in analyst().narrative([analyst().hear(answer)]).result]
    taken = [
        (any(quote[:_COMPARED] == text[: len(quote)][:_COMPARED] for quote in quotes), is_result)
        for text, is_result in story.told
    ]
    return Heard(
        story.question,
        right=sum(heard and is_result for heard, is_result in taken),
        wrong=sum(heard and not is_result for heard, is_result in taken),
        missed=sum(is_result and not heard for heard, is_result in taken),
        having=story.has_result,
        heard=story.has_result and bool(quotes),
    )


TASK = Task("results", "how stories come out", run, always=True)
