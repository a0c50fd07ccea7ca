"""What the analysis needs from models and word lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Version:
    """A model or word list that a score depends on."""

    name: str
    version: str
    sha256: str = ""


class TextSimilarity(Protocol):
    """Tells whether two texts are about the same."""

    def similarity(self, left: str, right: str) -> float:
        """Cosine, -1 to 1, the same for the same texts."""
        ...


@dataclass(frozen=True)
class Fit:
    """How well an answer fits a question.

    Attributes:
        score: above what answers to other questions have; two decimals.
        known: how near the question is to one that the bank knows, -1 to 1.
    """

    score: float
    known: float


class IntentBank(Protocol):
    """Knows what questions are after, and what is told beside the point."""

    def fit(self, subject: str, sentences: Sequence[str]) -> Fit:
        """How well the sentences, at least one, answer a question about the subject."""
        ...

    def everyday(self, sentence: str) -> tuple[float, float]:
        """Nearness to what is told in answers, and to what is told beside the point."""
        ...


class Vocabulary(Protocol):
    """Word levels."""

    def level(self, word: str) -> float | None:
        """CEFR level of a lower-case word, 1 (A1) to 6 (C2); None where it is not known."""
        ...

    def frequency(self, word: str) -> float:
        """How often English has the lower-case word: log10 of its count in a billion words."""
        ...

    def known(self, word: str) -> bool:
        """Whether the lower-case word belongs to the common vocabulary."""
        ...


class Grammar(Protocol):
    """Finds grammar errors."""

    def errors(self, text: str) -> int:
        """How many errors of grammar, not of spelling, case or style, the text has."""
        ...
