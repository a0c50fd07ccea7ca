"""Fits a framework's weights to raters, and tells how well the outcome agrees with them."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from viva.scoring.domain.agreement import Agreement, agreement
from viva.scoring.domain.calibration import Fit, RatedCandidate, fit, predict


@dataclass(frozen=True)
class Calibrate:
    """Rated candidates by the competency's key."""

    competencies: tuple[tuple[str, tuple[RatedCandidate, ...]], ...]


@dataclass(frozen=True)
class RaterAgreement:
    """One rater beside the model and beside the other raters."""

    rater: str
    with_fitted: Agreement
    with_others: Agreement


@dataclass(frozen=True)
class CompetencyFit:
    """The fit of one competency; the agreement is of scores fitted without their candidate."""

    key: str
    fit: Fit
    fitted: Agreement
    shipped: Agreement
    raters: tuple[RaterAgreement, ...]


def calibrate(command: Calibrate) -> tuple[CompetencyFit, ...]:
    """Fits each competency by itself.

    Raises:
        ValueError: too few candidates for cross-validation.
    """
    return tuple(_competency(key, candidates) for key, candidates in command.competencies)


def _competency(key: str, candidates: Sequence[RatedCandidate]) -> CompetencyFit:
    ordered = sorted(candidates, key=lambda one: one.key)
    found = fit(ordered)
    people = [one.human for one in ordered]
    raters = sorted({rater for one in ordered for rater, _ in one.ratings})
    return CompetencyFit(
        key,
        found,
        agreement([found.predictions[one.key] for one in ordered], people),
        agreement([predict({}, one) for one in ordered], people),
        tuple(_rater(rater, ordered, found.predictions) for rater in raters),
    )


def _rater(
    rater: str, candidates: Sequence[RatedCandidate], predictions: Mapping[str, float]
) -> RaterAgreement:
    own = {one.key: dict(one.ratings)[rater] for one in candidates if rater in dict(one.ratings)}
    others = {
        one.key: statistics.fmean(score for name, score in one.ratings if name != rater)
        for one in candidates
        if one.key in own and len(one.ratings) > 1
    }
    return RaterAgreement(
        rater,
        agreement([predictions[key] for key in own], list(own.values())),
        agreement([own[key] for key in others], list(others.values())),
    )
