"""The bias audit: rates and impact ratios by group, for an independent auditor.

Follows New York City's rules for automated employment decision tools (6 RCNY 5-300: scoring rate is
the share above the sample's median, intersections, groups under 2% may stand without a ratio) and
the Uniform Guidelines (29 CFR 1607.4 D: four fifths, beside a test of significance).
"""

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

FEWEST = 100
SMALL_SHARE = 0.02
FOUR_FIFTHS = 0.8
UNKNOWN = "unknown"
_SAME = 1e-7


@dataclass(frozen=True)
class Demographics:
    """What an employer tells of one interview's candidate; empty is unknown.

    Attributes:
        selected: whether the employer took the candidate on to the next step.
    """

    interview_id: str
    sex: str = ""
    race: str = ""
    selected: bool | None = None


@dataclass(frozen=True)
class Sampled:
    """One interview with a result: its overall score, None where none could be given."""

    score: float | None
    sex: str = UNKNOWN
    race: str = UNKNOWN
    selected: bool | None = None


@dataclass(frozen=True)
class Line:
    """One group.

    Attributes:
        count: members that could be compared.
        nulls: members without a score or a decision.
        rate: share of the count; None where the group is empty.
        ratio: rate over the highest rate; None for unknown and small groups.
        fisher_p: two-sided, against the group with the highest rate.
    """

    group: str
    count: int
    nulls: int
    favoured: int
    rate: float | None = None
    ratio: float | None = None
    below_four_fifths: bool | None = None
    fisher_p: float | None = None
    small: bool = False


@dataclass(frozen=True)
class Table:
    """One measure over one division.

    Attributes:
        measure: "scoring" or "selection".
        sufficient: at least `FEWEST` could be compared; otherwise no ratio is given.
    """

    measure: str
    division: str
    compared: int
    sufficient: bool
    lines: tuple[Line, ...]


_DIVISIONS: dict[str, Callable[[Sampled], str]] = {
    "sex": lambda one: one.sex,
    "race": lambda one: one.race,
    "sex_and_race": lambda one: (
        UNKNOWN if UNKNOWN in (one.sex, one.race) else f"{one.sex} / {one.race}"
    ),
}


def tables(sample: Sequence[Sampled]) -> tuple[Table, ...]:
    """All tables: both measures over sex, race and their intersection."""
    scores = [one.score for one in sample if one.score is not None]
    median = statistics.median(scores) if scores else 0.0

    def above(one: Sampled) -> bool | None:
        return None if one.score is None else one.score > median

    measures: tuple[tuple[str, Callable[[Sampled], bool | None]], ...] = (
        ("scoring", above),
        ("selection", lambda one: one.selected),
    )
    return tuple(
        _table(measure, division, [(group(one), favoured(one)) for one in sample])
        for measure, favoured in measures
        for division, group in _DIVISIONS.items()
    )


def too_few(count: int, compared: int) -> bool:
    """Whether a group is too small to be shown where no rule asks for it; one person always is."""
    return count < SMALL_SHARE * max(compared, FEWEST)


def _table(measure: str, division: str, members: Sequence[tuple[str, bool | None]]) -> Table:
    compared = sum(favoured is not None for _, favoured in members)
    sufficient = compared >= FEWEST
    counted = [
        _counted(group, (f for g, f in members if g == group), compared)
        for group in sorted({group for group, _ in members})
    ]
    comparable = [one for one in counted if one.rate is not None and _stands(one)]
    best = max(comparable, key=lambda one: one.rate or 0.0, default=None)
    if not sufficient or best is None or not best.favoured:
        return Table(measure, division, compared, sufficient, tuple(counted))
    lines = tuple(_compared(one, best) if one in comparable else one for one in counted)
    return Table(measure, division, compared, sufficient, lines)


def _counted(group: str, favoured: Iterable[bool | None], compared: int) -> Line:
    values = list(favoured)
    given = [value for value in values if value is not None]
    return Line(
        group,
        count=len(given),
        nulls=len(values) - len(given),
        favoured=sum(given),
        rate=sum(given) / len(given) if given else None,
        small=len(given) < SMALL_SHARE * compared,
    )


def _stands(line: Line) -> bool:
    return line.group != UNKNOWN and not line.small


def _compared(line: Line, best: Line) -> Line:
    ratio = (line.rate or 0.0) / (best.rate or 1.0)
    return Line(
        line.group,
        line.count,
        line.nulls,
        line.favoured,
        line.rate,
        ratio,
        ratio < FOUR_FIFTHS,
        fisher_exact(line.favoured, line.count, best.favoured, best.count),
        line.small,
    )


def fisher_exact(favoured: int, count: int, other_favoured: int, other_count: int) -> float:
    """Two-sided p of Fisher's exact test: all tables as likely as the seen one, or less."""
    total, success = count + other_count, favoured + other_favoured

    def log_choose(n: int, k: int) -> float:
        return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)

    def likelihood(k: int) -> float:
        return math.exp(
            log_choose(count, k) + log_choose(other_count, success - k) - log_choose(total, success)
        )

    seen = likelihood(favoured) * (1 + _SAME)
    possible = range(max(0, success - other_count), min(count, success) + 1)
    return min(1.0, math.fsum(p for p in map(likelihood, possible) if p <= seen))
