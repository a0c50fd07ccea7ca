"""Answers that try to get a score without having earned it; each kind says what it tries."""

import itertools
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from viva.testkit.answers.library import Honest, Question, honest, load, questions

_VERB = re.compile(r"\b(I|we)((?: also| then| first)?) (?!am\b|have\b)(\w+)\b")
_STAR = "situation task action result metrics KPI 50 percent 2023 Monday deadline customer"
# So that no kind of attack outweighs the others.
_PER_PAIR = 1
_PER_QUESTION = 6


@dataclass(frozen=True)
class Attack:
    """One attempt.

    Attributes:
        kind: what it tries.
        question: that it is given as an answer to.
    """

    kind: str
    question: Question
    text: str


def attacks(half: str) -> list[Attack]:
    """All attacks of one of the `SETS`, the same list every time."""
    material = load(f"attacks_{half}.json")
    asked = [question for question in questions() if question.half == half]
    strong = [one for one in honest(half) if one.level == 3]
    made = [
        attack
        for question in asked
        for attack in itertools.chain(
            _repeated(question),
            _recited(question, material),
            _keywords(question),
            _twisted(question, strong),
            _other_question(question, strong),
            _written(question, material),
        )
    ]
    return list(dict.fromkeys(made))


def _repeated(question: Question) -> Iterator[Attack]:
    text = question.text
    statement = (
        re.sub(r"^(Tell me about|Describe|Give me an example of)", "There was", text)
        .replace(" you ", " I ")
        .replace("your", "my")
        .replace("did I", "I did")
    )
    for said in (
        " ".join([text] * 3),
        f"You asked me the following. {text} That is a very good question. {text}",
        f"{statement} {statement} And then I did it and the result was good.",
    ):
        yield Attack("question repeated", question, said)


def _recited(question: Question, material: Mapping[str, Any]) -> Iterator[Attack]:
    best, past = question.anchors[5], material["past_recital"][question.key]
    for said in (
        best,
        " ".join(question.anchors.values()),
        f"I am somebody who {best[0].lower()}{best[1:]} " + ". ".join(question.indicators) + ".",
        past,
        f"Last year at my company I did exactly this. {past} As a result it was a success.",
    ):
        yield Attack("anchors recited", question, said)


def _keywords(question: Question) -> Iterator[Attack]:
    words = re.findall(r"\w+", " ".join([question.definition, *question.indicators]))
    star = _STAR.split()
    for seed in range(3):
        chosen = [*words, *star]
        random.Random(f"{question.key} {seed}").shuffle(chosen)
        mark = (", ", " ", ". ")[seed]
        yield Attack("keywords listed", question, mark.join(chosen) + ".")


def _twisted(question: Question, strong: Sequence[Honest]) -> Iterator[Attack]:
    for one in strong:
        if one.question != question.key:
            continue
        yield Attack("story negated", question, _VERB.sub(r"\1\2 never \3", one.text))
        yield Attack("story supposed", question, _VERB.sub(r"\1\2 would have \3", one.text))
        yield Attack(
            "story of somebody else",
            question,
            re.sub(r"\b(I|we)\b", "my manager", re.sub(r"\b(me|us)\b", "him", one.text)),
        )


def _other_question(question: Question, strong: Sequence[Honest]) -> Iterator[Attack]:
    for key, stories in itertools.groupby(strong, key=lambda one: one.question):
        if key != question.key:
            for one in itertools.islice(stories, _PER_PAIR):
                yield Attack("another question answered", question, one.text)


def _written(question: Question, material: Mapping[str, Any]) -> Iterator[Attack]:
    kinds = {
        "fluent emptiness": "emptiness",
        "prompt injected": "injections",
        "empty scaffold": "scaffolds",
        "beside the point": "noise",
    }
    for kind, name in kinds.items():
        texts = list(material[name])
        random.Random(f"{question.key} {name}").shuffle(texts)
        for text in texts[:_PER_QUESTION]:
            yield Attack(kind, question, text.replace("{name}", question.name.lower()))
