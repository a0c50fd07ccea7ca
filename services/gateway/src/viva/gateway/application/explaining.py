"""Why a verdict is as it is: contributions, quotes with their times, reasons for nulls."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from viva.gateway.domain.verdict import (
    CompetencyResult,
    Contribution,
    LanguageResult,
    Quote,
    Signal,
    Verdict,
)

Json = dict[str, Any]


def explanation(verdict: Verdict) -> Json:
    """Shows each score with what it is made of; unrounded, as the models gave it."""
    return {
        "overall_score": {
            "score": verdict.overall,
            "null_reason": verdict.overall_null_reason or None,
            "standard_error": verdict.overall_standard_error,
            "validation": verdict.overall_validation or None,
            "weights": {found.key: found.weight for found in verdict.competencies},
        },
        "competencies": {found.key: _competency(found) for found in verdict.competencies},
        "language": _language(verdict.language),
        "fraud_signals": {signal.kind: _signal(signal) for signal in verdict.signals},
    }


def _competency(found: CompetencyResult) -> Json:
    return {
        "name": found.name,
        "weight": found.weight,
        "score": found.score,
        "null_reason": found.null_reason or None,
        "standard_error": found.standard_error,
        "validation": found.validation or None,
        "contributions": _contributions(found.contributions),
        "suggestions": list(found.suggestions),
    }


def _language(found: LanguageResult) -> Json:
    return {
        "cefr": {
            "level": found.cefr,
            "low": found.cefr_low or None,
            "high": found.cefr_high or None,
            "null_reason": found.cefr_null_reason or None,
            "contributions": _contributions(found.cefr_contributions),
            "provisional": found.cefr_provisional,
            "validation": found.cefr_validation or None,
        },
        "fluency": {
            "score": found.fluency,
            "null_reason": found.fluency_null_reason or None,
            "standard_error": found.fluency_standard_error,
            "contributions": _contributions(found.fluency_contributions),
            "validation": found.fluency_validation or None,
            "basis": found.fluency_basis or None,
        },
        "intelligibility": {
            "score": found.intelligibility,
            "null_reason": found.intelligibility_null_reason or None,
            "standard_error": found.intelligibility_standard_error,
            "validation": found.intelligibility_validation or None,
        },
        "validation": found.validation or None,
    }


def _signal(signal: Signal) -> Json:
    return {
        "flagged": signal.flagged,
        "score": signal.score,
        "threshold": signal.threshold,
        "calibration": signal.calibration or None,
        "explanation": signal.explanation or None,
        "quotes": _quotes(signal.quotes),
        "false_alarms": None if signal.false_alarms is None else asdict(signal.false_alarms),
    }


def _contributions(contributions: Iterable[Contribution]) -> list[Json]:
    return [
        {
            "code": found.code,
            "label": found.label,
            "points": found.points,
            "quotes": _quotes(found.quotes),
        }
        for found in contributions
    ]


def _quotes(quotes: Iterable[Quote]) -> list[Json]:
    return [
        {
            "answer_id": quote.answer_id,
            "text": quote.text,
            "start_ms": quote.start_ms,
            "end_ms": quote.end_ms,
        }
        for quote in quotes
    ]
