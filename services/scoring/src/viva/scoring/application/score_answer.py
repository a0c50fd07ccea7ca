"""Scores one answer by itself, as soon as it is attributed."""

from dataclasses import dataclass

from viva.scoring.application.analysis import Analyst
from viva.scoring.domain.competency import missing_evidence
from viva.scoring.domain.model import Answer, EvidenceKind, Scored


@dataclass(frozen=True)
class AnswerResult:
    """What one answer gives; features are rounded to four decimals."""

    answer: Answer
    net_speech_ms: int
    word_count: int
    features: tuple[tuple[str, float], ...]
    competencies: tuple[tuple[str, Scored], ...]
    missing_evidence: tuple[EvidenceKind, ...]


def score_answer(answer: Answer, analyst: Analyst) -> AnswerResult:
    """Evidence per competency; a warm-up is measured, never scored."""
    said = analyst.hear(answer)
    narrative = analyst.narrative([said])
    features = said.timing.features()
    if said.tokens and answer.language_matches:
        features |= analyst.language_features([said])
    competencies = () if answer.warm_up else answer.competencies
    return AnswerResult(
        answer,
        said.timing.phonation_ms if said.tokens else 0,
        len(said.tokens),
        tuple((name, round(value, 4)) for name, value in features.items()),
        tuple((c.key, analyst.competency([said], narrative, c)) for c in competencies),
        () if answer.warm_up else missing_evidence(narrative),
    )
