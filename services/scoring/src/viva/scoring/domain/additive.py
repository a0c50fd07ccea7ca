"""Exact arithmetic in tenths: additive models and sums that divide without a remainder lost."""

import math
from collections.abc import Mapping, Sequence

from viva.scoring.domain.model import Contribution
from viva.scoring.domain.term import Term


def contribution(term: Term, value: float) -> Contribution:
    """What one feature adds, winsorized to its range and rounded once, half up."""
    position = (value - term.worst) / (term.best - term.worst)
    clipped = min(1.0, max(0.0, position)) if math.isfinite(position) else 0.0
    return Contribution(term.name, term.label, math.floor(clipped * term.points + 0.5))


def contributions(terms: Sequence[Term], features: Mapping[str, float]) -> list[Contribution]:
    """One for each term; a score is their sum, so they add up to it exactly."""
    return [contribution(term, features[term.name]) for term in terms]


def total(summands: Sequence[Contribution]) -> int:
    """Their sum in tenths."""
    return sum(summand.tenths for summand in summands)


def divide(numerators: Sequence[int], divisor: int) -> list[int]:
    """Each number over `divisor`, rounded so that the parts add up to the rounded whole.

    Largest remainders get the missing units; ties go to the earlier one.
    """
    whole = (2 * sum(numerators) + divisor) // (2 * divisor)
    parts = [number // divisor for number in numerators]
    by_remainder = sorted(
        range(len(parts)), key=lambda i: (-(numerators[i] - parts[i] * divisor), i)
    )
    for index in by_remainder[: whole - sum(parts)]:
        parts[index] += 1
    return parts
