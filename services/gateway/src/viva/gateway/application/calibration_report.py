"""What a calibration reached, before anybody is scored by it: sums only, no interview is named."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from viva.contracts.scoring.v1 import scoring_pb2 as scoring
from viva.gateway.domain.bias_audit import UNKNOWN, Demographics, Sampled, tables, too_few
from viva.gateway.domain.calibration import Count
from viva.gateway.domain.library import Framework

Json = dict[str, Any]
Scores = Mapping[str, Mapping[str, float]]
IMPACT_HIDDEN = "bias_audit_scope_missing"


def report(
    fitted: scoring.CalibrateResponse,
    counts: Mapping[str, Count],
    unusable: Mapping[str, int],
    framework: Framework,
    scores: Scores,
    overall: Mapping[str, float],
    demographics: Sequence[Demographics],
) -> Json:
    """Builds the report.

    Args:
        unusable: rated interviews that could not be used, by reason.
        scores: by interview and competency, as the verdicts have them.
        overall: by interview, likewise.
        demographics: of the candidates, as far as the employer told.
    """
    done = {one.key for one in fitted.competencies}
    predicted = {
        one.key: {guess.interview_id: guess.score for guess in one.predictions}
        for one in fitted.competencies
    }
    after = {key: _overall(framework, found, predicted, key) for key, found in scores.items()}
    told = {one.interview_id: one for one in demographics}
    return {
        "competencies": [_competency(one, counts[one.key]) for one in fitted.competencies],
        "not_calibrated": [
            {"key": key, **_counted(found)} for key, found in counts.items() if key not in done
        ],
        "unusable": dict(unusable),
        "impact": {
            "before": _impact({key: overall.get(key) for key in scores}, told),
            "after": _impact(after, told),
        },
    }


def shown(stored: Mapping[str, Any], *, audited: bool) -> Json:
    """The report as a key may see it: impact is the bias audit's, and one person is no group.

    Args:
        audited: whether the key may read the bias audit.
    """
    if not audited:
        return {**stored, "impact": None, "impact_null_reason": IMPACT_HIDDEN}
    impact = {
        when: [_without_small(table) for table in found] for when, found in stored["impact"].items()
    }
    return {**stored, "impact": impact, "impact_null_reason": None}


def _without_small(table: Json) -> Json:
    lines = [
        line | {"favoured": None, "rate": None, "ratio": None, "small": True}
        if too_few(line["count"], table["compared"])
        else line
        for line in table["lines"]
    ]
    return table | {"lines": lines}


def _competency(found: scoring.CompetencyFit, counted: Count) -> Json:
    return {
        "key": found.key,
        **_counted(counted),
        "factors": {one.code: one.factor for one in found.factors},
        "penalty": found.penalty,
        "agreement": _agreement(found.fitted),
        "agreement_as_shipped": _agreement(found.shipped),
        "raters": [
            {
                "rater": one.rater,
                "with_viva": _agreement(one.with_fitted),
                "with_other_raters": _agreement(one.with_others)
                if one.with_others.candidates
                else None,
            }
            for one in found.raters
        ],
    }


def _counted(found: Count) -> Json:
    return {
        "candidates": found.candidates,
        "double_rated": found.double_rated,
        "rater_count": found.raters,
    }


def _agreement(found: scoring.Agreement) -> Json:
    return {
        "candidates": found.candidates,
        "pearson": round(found.pearson, 4) if found.HasField("pearson") else None,
        "qwk": round(found.qwk, 4) if found.HasField("qwk") else None,
        "within_one": round(found.within_one, 4),
        "within_one_constant": round(found.within_one_constant, 4),
        "top_tenth": round(found.top_tenth, 4),
        "bottom_tenth": round(found.bottom_tenth, 4),
    }


def _overall(
    framework: Framework, found: Mapping[str, float], predicted: Scores, interview_id: str
) -> float | None:
    """The weighted mean with the fitted scores in place of those that they would replace."""
    given = [
        (one.weight, predicted.get(one.key, {}).get(interview_id, found[one.key]))
        for one in framework.competencies
        if one.key in found
    ]
    weights = sum(weight for weight, _ in given)
    return sum(weight * score for weight, score in given) / weights if weights else None


def _impact(scores: Mapping[str, float | None], told: Mapping[str, Demographics]) -> list[Json]:
    """Scoring rates and impact ratios, as the bias audit has them."""
    sample = []
    for interview_id, score in scores.items():
        known = told.get(interview_id, Demographics(interview_id))
        sample.append(Sampled(score, known.sex or UNKNOWN, known.race or UNKNOWN))
    return [
        {
            **asdict(table),
            "status": "sufficient" if table.sufficient else "insufficient",
            "lines": [asdict(line) for line in table.lines],
        }
        for table in tables(sample)
        if table.measure == "scoring"
    ]
