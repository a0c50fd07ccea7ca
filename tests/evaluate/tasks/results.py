"""Results in stories of which each sentence is labelled: how many are heard, how many rightly."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.evaluate.data.answers import read_aloud
from tests.evaluate.data.scorer import analyst
from tests.evaluate.registry import Bench, Outcome, Row, Task
from viva.testkit.answers.library import Story, stories

_COMPARED = 60
"""Characters from a sentence's beginning: quotes may be cut at their end."""


@dataclass
class _Count:
    """Sentences by label and finding; stories that have a result, and those where one is heard."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    having: int = 0
    heard: int = 0


def run(bench: Bench) -> Outcome:
    """Both halves: the rule was written with the first, and mended once after the second."""
    told = stories()
    rows: list[Row] = []
    for name, half in (("first half", told[::2]), ("second half", told[1::2])):
        rows += _rows(name, half)
    return Outcome(rows)


def _rows(name: str, half: Sequence[Story]) -> list[Row]:
    count = _Count()
    for story in half:
        _add(count, story)
    labelled = count.right + count.missed
    taken = count.right + count.wrong
    note = "one author's labels"
    return [
        Row("results heard", count.right / labelled, subset=name, n=labelled, note=note),
        Row("rightly taken for a result", count.right / taken, subset=name, n=taken, note=note),
        Row("stories with one heard", count.heard / count.having, subset=name, n=count.having),
    ]


def _add(count: _Count, story: Story) -> None:
    answer = read_aloud(" ".join(text for text, _ in story.told), story.question)
    quotes = [one.quote for one in analyst().narrative([analyst().hear(answer)]).result]
    count.having += story.has_result
    count.heard += story.has_result and bool(quotes)
    for text, is_result in story.told:
        taken = any(quote[:_COMPARED] == text[: len(quote)][:_COMPARED] for quote in quotes)
        count.right += taken and is_result
        count.wrong += taken and not is_result
        count.missed += is_result and not taken


TASK = Task("results", "how stories come out", run, always=True)
