"""How advanced the words are: CEFR levels of a list, held in check by how usual a word is.

Lists give words that everybody says the level of their rarest use ("found", "times", "oh"), and a
recognizer that mishears a common word writes a rarer one. Both would pass for a large vocabulary.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

ADVANCED = 4.0  # B2


@dataclass(frozen=True)
class Ceilings:
    """What a word's level is at most.

    Attributes:
        by_frequency: pairs of the least frequency (Zipf scale) and the highest level from there
            on; the most frequent first.
        highest: of any word: one that is misheard shall not outweigh many that are not.
    """

    by_frequency: tuple[tuple[float, float], ...]
    highest: float

    def held(self, level: float, frequency: float) -> float:
        """The level that counts."""
        ceiling = next((most for least, most in self.by_frequency if frequency >= least), level)
        return min(level, ceiling, self.highest)


def profile(levels: Iterable[float]) -> dict[str, float]:
    """Mean level of the words, and the share of those at B2 and above; 0 where there are none."""
    found = list(levels)
    advanced = sum(level >= ADVANCED for level in found)
    return {
        "vocabulary_level": fmean(found) if found else 0.0,
        "advanced_share": advanced / max(1, len(found)),
    }
