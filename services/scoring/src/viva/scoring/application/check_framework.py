"""Whether the model can tell a competency's anchors apart, before anybody is scored by them."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

from viva.scoring.application.analysis import Analyst
from viva.scoring.domain.exemplars import LEVELS, exemplars
from viva.scoring.domain.model import Competency

# Share of pairs of exemplars that must come out in the order of their anchors.
ENOUGH = 0.9


@dataclass(frozen=True)
class CheckFramework:
    """The competencies to be looked at."""

    competencies: tuple[Competency, ...]


@dataclass(frozen=True)
class Checked:
    """How the model ranks one competency's exemplars.

    Attributes:
        levels: level and mean score of its exemplars, in tenths.
    """

    key: str
    pairs: int
    right: int
    levels: tuple[tuple[int, int], ...]

    @property
    def distinguishable(self) -> bool:
        """Whether enough pairs come out rightly."""
        return self.pairs > 0 and self.right >= ENOUGH * self.pairs


def check_framework(
    command: CheckFramework, analyst: Analyst, is_verb: Callable[[str], bool]
) -> tuple[Checked, ...]:
    """Writes answers from the anchors of each competency and ranks them by the model."""
    return tuple(_check(one, analyst, is_verb) for one in command.competencies)


def _check(competency: Competency, analyst: Analyst, is_verb: Callable[[str], bool]) -> Checked:
    anchors = competency.anchors or {}
    scores = {
        level: [
            analyst.exemplar(text, competency)
            for text in exemplars(anchors[level], is_verb, competency.name)
        ]
        for level in LEVELS
        if anchors.get(level, "").strip()
    }
    pairs = [
        (low, high)
        for one, other in combinations(sorted(scores), 2)
        for low, high in zip(scores[one], scores[other], strict=True)
    ]
    complete = len(scores) == len(LEVELS)
    return Checked(
        competency.key,
        len(pairs) if complete else 0,
        sum(low < high for low, high in pairs),
        tuple((level, sum(found) // len(found)) for level, found in scores.items()),
    )
