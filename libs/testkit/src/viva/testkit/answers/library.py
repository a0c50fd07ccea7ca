"""Questions with their competencies, and answers of known level; all written for this project."""

import importlib.resources
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SETS = ("seen", "held_out", "fresh", "fourth", "fifth")
"""Scoring's rules were written with the first two; the fifth's author had not seen the rules."""


@dataclass(frozen=True)
class Question:
    """A question with the competency that it probes.

    Attributes:
        half: the set, one of `SETS`.
        anchors: by level, 1, 3 and 5.
    """

    key: str
    half: str
    text: str
    name: str
    definition: str
    anchors: Mapping[int, str]
    indicators: tuple[str, ...]

    def __hash__(self) -> int:
        return hash(self.key)


@dataclass(frozen=True)
class Honest:
    """An honest answer: 1 is weak, 2 middling, 3 strong, as its author meant it."""

    question: str
    level: int
    text: str


@dataclass(frozen=True)
class Story:
    """A short answer, sentence by sentence, each with whether it tells how the story came out."""

    question: str
    level: int
    told: tuple[tuple[str, bool], ...]

    @property
    def has_result(self) -> bool:
        """Whether any sentence tells it."""
        return any(is_result for _, is_result in self.told)


def load(name: str) -> Any:
    """Reads one of the packaged files."""
    return json.loads((importlib.resources.files(__package__) / name).read_text("utf-8"))


def questions() -> list[Question]:
    """All of them, in order."""
    return [
        Question(
            key,
            found["half"],
            found["question"],
            found["name"],
            found["definition"],
            {int(level): text for level, text in found["anchors"].items()},
            tuple(found["indicators"]),
        )
        for key, found in load("questions.json").items()
    ]


def honest(half: str) -> list[Honest]:
    """The honest answers of one half."""
    return [Honest(**one) for one in load(f"honest_{half}.json")]


def stories() -> list[Story]:
    """The labelled stories, in order."""
    return [
        Story(one["question"], one["level"], tuple((text, label) for text, label in one["told"]))
        for one in load("endings.json")
    ]
