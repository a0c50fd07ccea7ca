"""What the analysis needs from models and word lists."""

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
