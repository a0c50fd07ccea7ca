"""Word error rate."""

import re
from collections.abc import Sequence

_NOT_WORD = re.compile(r"[^a-z0-9' ]+")


def normalized(text: str) -> list[str]:
    """Lower-case words without punctuation; a hyphen separates."""
    return _NOT_WORD.sub(" ", text.lower().replace("\u2019", "'")).replace(" '", " ").split()


def word_errors(reference: Sequence[str], heard: Sequence[str]) -> int:
    """Fewest substitutions, deletions and insertions (Levenshtein 1966)."""
    before = list(range(len(heard) + 1))
    for row, word in enumerate(reference, start=1):
        current = [row]
        for column, other in enumerate(heard, start=1):
            current.append(
                min(before[column] + 1, current[-1] + 1, before[column - 1] + (word != other))
            )
        before = current
    return before[-1]
