"""From questions to the interview: competencies, the overall number, their uncertainty."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from viva.scoring.domain.additive import divide
from viva.scoring.domain.coefficients import Coefficients
from viva.scoring.domain.confidence import NOT_ANSWERED, weight_covered
from viva.scoring.domain.language import Language
from viva.scoring.domain.model import Competency, Contribution, Evidence, Scored, Suggestion
from viva.scoring.domain.uncertainty import standard_error

MAX_SUGGESTIONS = 3
NOT_PROBED = "not_probed"
LITTLE_WEIGHT = "too_few_competencies"


@dataclass(frozen=True)
class CompetencyResult:
    """One competency over the whole interview; `standard_error` in tenths.

    Attributes:
        questions: each scored question's own result, by the question's id.
    """

    competency: Competency
    scored: Scored
    standard_error: int | None = None
    questions: tuple[tuple[str, Scored], ...] = ()


@dataclass(frozen=True)
class InterviewResult:
    """Everything that a verdict says about the candidate's answers.

    Attributes:
        overall_error: standard error of the overall number in tenths; None where there is none.
    """

    overall: int | None
    overall_null_reason: str
    competencies: tuple[CompetencyResult, ...]
    language: Language
    confidence: float
    confidence_reasons: tuple[str, ...]
    review_recommended: bool
    with_dropped: "WithDropped | None" = None
    overall_error: int | None = None


@dataclass(frozen=True)
class WithDropped:
    """What the scores would be with the words that were dropped as somebody else's."""

    words: int
    share: float
    result: InterviewResult


def combine(
    competency: Competency,
    questions: Sequence[tuple[int, Scored]],
    coefficients: Coefficients,
) -> CompetencyResult:
    """The mean over the questions that probe a competency, answered ones only.

    Args:
        questions: number of the question (from 1) and its score.

    The contributions of all questions are added by code and divided so that they still add up.
    """
    if not questions:
        return CompetencyResult(competency, Scored(None, NOT_PROBED))
    scored = [(number, one) for number, one in questions if one.tenths is not None]
    if not scored:
        reason = questions[0][1].null_reason or NOT_ANSWERED
        return CompetencyResult(competency, Scored(None, reason))
    merged = _merged([one for _, one in scored])
    mean = sum(summand.tenths for summand in merged)
    return CompetencyResult(
        competency,
        Scored(mean, contributions=merged, suggestions=_suggestions(scored)),
        standard_error([one.tenths or 0 for _, one in scored], coefficients.prior),
    )


def overall(results: Sequence[CompetencyResult]) -> tuple[int | None, str]:
    """Mean of the scored competencies by their stated weights, in tenths, rounded half up.

    Those without a score are left out and the other weights count in proportion; where less than
    half of the weights is left there is no overall number.
    """
    planned = [max(0.0, result.competency.weight) for result in results]
    scored = [
        (Fraction(str(max(0.0, result.competency.weight))), result.scored.tenths)
        for result in results
        if result.scored.tenths is not None
    ]
    if not weight_covered([float(weight) for weight, _ in scored], planned):
        return None, LITTLE_WEIGHT
    weights = sum((weight for weight, _ in scored), Fraction(0))
    mean = sum((weight * tenths for weight, tenths in scored), Fraction(0)) / weights
    return math.floor(mean + Fraction(1, 2)), ""


def overall_error(results: Sequence[CompetencyResult]) -> int | None:
    """Standard error of the overall number in tenths: the competencies' own by their weights.

    What an answer misleads about, it misleads about in every competency that its question probes:
    such errors add up. Those of different questions are independent. None where a competency that
    counts has no standard error.
    """
    scored = [one for one in results if one.scored.tenths is not None]
    weights = sum(max(0.0, one.competency.weight) for one in scored)
    by_question: dict[str, float] = {}
    for one in scored:
        if one.standard_error is None or not one.questions:
            return None
        weighted = max(0.0, one.competency.weight) * one.standard_error
        for question_id, _ in one.questions:
            error = weighted / math.sqrt(len(one.questions))
            by_question[question_id] = by_question.get(question_id, 0.0) + error
    if not weights:
        return None
    return math.floor(math.sqrt(math.fsum(e * e for e in by_question.values())) / weights + 0.5)


def _merged(scores: Sequence[Scored]) -> tuple[Contribution, ...]:
    codes: dict[str, list[Contribution]] = {}
    for one in scores:
        for summand in one.contributions:
            codes.setdefault(summand.code, []).append(summand)
    sums = [sum(c.tenths for c in summands) for summands in codes.values()]
    parts = divide(sums, len(scores))
    return tuple(
        Contribution(code, _label(summands), part, _evidence(summands))
        for (code, summands), part in zip(codes.items(), parts, strict=True)
    )


def _label(summands: Sequence[Contribution]) -> str:
    labels = {summand.label for summand in summands}
    return labels.pop() if len(labels) == 1 else max(labels, key=lambda text: (len(text), text))


def _evidence(summands: Sequence[Contribution]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(e for summand in summands for e in summand.evidence))


def _suggestions(scored: Sequence[tuple[int, Scored]]) -> tuple[Suggestion, ...]:
    gains = [
        Suggestion(suggestion.tenths // len(scored), f"{suggestion.text} (question {number})")
        for number, one in scored
        for suggestion in one.suggestions
    ]
    gains.sort(key=lambda suggestion: -suggestion.tenths)
    return tuple(gain for gain in gains if gain.tenths > 0)[:MAX_SUGGESTIONS]
