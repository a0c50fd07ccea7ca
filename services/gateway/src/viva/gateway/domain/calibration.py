"""Calibration by the customer: raters' scores, how many are needed, what came of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

FEWEST_CANDIDATES = 100
FEWEST_DOUBLE_RATED = 30
LOWEST_LEVEL, HIGHEST_LEVEL = 1.0, 5.0
_POINTS_A_LEVEL = 25.0


@dataclass(frozen=True)
class Rating:
    """What one person says of one competency in one past interview.

    Attributes:
        level: 1 to 5, as the anchors count; halves and the like are fine.
        blind: the person had not seen Viva's score.
    """

    interview_id: str
    competency: str
    rater: str
    level: float
    blind: bool

    @property
    def points(self) -> float:
        """0 to 100: the anchors 1, 3 and 5 are 0, 50 and 100."""
        return (self.level - LOWEST_LEVEL) * _POINTS_A_LEVEL


@dataclass(frozen=True)
class Count:
    """How much was rated; ratings that were not blind count for nothing.

    Attributes:
        double_rated: candidates whom at least two people rated.
    """

    candidates: int
    double_rated: int
    raters: int
    not_blind: int

    @property
    def enough(self) -> bool:
        """Whether a calibration may rest on it."""
        return self.candidates >= FEWEST_CANDIDATES and self.double_rated >= FEWEST_DOUBLE_RATED


def count(ratings: Iterable[Rating]) -> Count:
    """Counts the ratings of one competency."""
    given = list(ratings)
    by_candidate: dict[str, set[str]] = {}
    for one in given:
        if one.blind:
            by_candidate.setdefault(one.interview_id, set()).add(one.rater)
    return Count(
        candidates=len(by_candidate),
        double_rated=sum(len(raters) > 1 for raters in by_candidate.values()),
        raters=len(set().union(*by_candidate.values())),
        not_blind=sum(not one.blind for one in given),
    )


@dataclass(frozen=True)
class Calibration:
    """A fit, ready to be activated; nothing in it names an interview.

    Attributes:
        framework_version: whose competencies were calibrated.
        factors: by competency and code of evidence.
        counts: candidates and raters by competency.
        report: what it reached, as JSON.
        activated_version: of the framework that scores with it.
    """

    id: str
    tenant_id: str
    framework_id: str
    framework_version: int
    created_at: datetime
    factors: Mapping[str, Mapping[str, float]]
    counts: Mapping[str, tuple[int, int]]
    report: Mapping[str, Any]
    activated_version: int | None = None
