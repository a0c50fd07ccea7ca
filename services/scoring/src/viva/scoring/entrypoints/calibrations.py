"""Calibrations: protobuf to what is fitted, and back."""

import math

from viva.contracts.common.v1 import common_pb2 as pb
from viva.contracts.scoring.v1 import scoring_pb2 as messages
from viva.platform.errors import InvalidError
from viva.scoring.application.calibrate import Calibrate, CompetencyFit
from viva.scoring.domain.agreement import Agreement
from viva.scoring.domain.calibration import FULL, RatedCandidate, RatedQuestion

_FEWEST = 10


def command(request: messages.CalibrateRequest) -> Calibrate:
    """Reads what is to be fitted.

    Raises:
        InvalidError: `calibration_input`: too few candidates, no findings, or a score out of range.
    """
    for one in request.competencies:
        if len(one.candidates) < _FEWEST:
            raise InvalidError(
                f"'{one.key}': fewer than {_FEWEST} candidates", code="calibration_input"
            )
    return Calibrate(
        tuple(
            (one.key, tuple(_candidate(rated) for rated in one.candidates))
            for one in request.competencies
        )
    )


def fit(found: CompetencyFit) -> messages.CompetencyFit:
    """Writes what was fitted."""
    return messages.CompetencyFit(
        key=found.key,
        factors=[
            pb.EvidenceFactor(code=code, factor=factor)
            for code, factor in found.fit.factors.items()
        ],
        penalty=found.fit.penalty,
        fitted=_agreement(found.fitted),
        shipped=_agreement(found.shipped),
        raters=[
            messages.RaterAgreement(
                rater=one.rater,
                with_fitted=_agreement(one.with_fitted),
                with_others=_agreement(one.with_others),
            )
            for one in found.raters
        ],
        predictions=[
            messages.OutOfFold(interview_id=key, score=score)
            for key, score in found.fit.predictions.items()
        ],
    )


def _candidate(found: messages.RatedCandidate) -> RatedCandidate:
    ratings = tuple(sorted((one.rater, one.score) for one in found.ratings))
    if not (found.questions and ratings and all(_in_range(score) for _, score in ratings)):
        raise InvalidError(
            f"'{found.interview_id}' has no findings, or no ratings of 0 to 100",
            code="calibration_input",
        )
    questions = tuple(
        RatedQuestion({one.name: one.value for one in asked.features}, asked.cap)
        for asked in found.questions
    )
    return RatedCandidate(found.interview_id, questions, ratings)


def _in_range(score: float) -> bool:
    return math.isfinite(score) and 0 <= score <= FULL


def _agreement(found: Agreement) -> messages.Agreement:
    return messages.Agreement(
        candidates=found.candidates,
        pearson=found.pearson,
        qwk=found.qwk,
        within_one=found.within_one,
        within_one_constant=found.within_one_constant,
        top_tenth=found.top_tenth,
        bottom_tenth=found.bottom_tenth,
    )
