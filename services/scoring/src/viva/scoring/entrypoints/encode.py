"""What scoring found, to protobuf; tenths become points only here."""

from collections.abc import Iterable, Sequence

from viva.contracts.common.v1 import common_pb2 as pb
from viva.scoring.application.ports import Version
from viva.scoring.application.score_answer import AnswerResult
from viva.scoring.domain.coefficients import Coefficients
from viva.scoring.domain.interview import CompetencyResult, InterviewResult, WithDropped
from viva.scoring.domain.language import Language
from viva.scoring.domain.language_model import LanguageModel
from viva.scoring.domain.model import Competency, Contribution, Evidence, EvidenceKind, Scored

CALIBRATED = "calibrated"
_VALIDATIONS = ("none", "provisional", CALIBRATED)  # the weakest first
_UNITS = {
    "phonation_time_ratio": "share",
    "syllable_rate": "syllables/s",
    "word_confidence": "probability",
    "pauses_per_minute": "1/min",
    "mean_pause_s": "s",
    "articulation_rate": "syllables/s",
    "mean_run_syllables": "syllables",
    "repetitions_per_100_words": "1/100 words",
    "vocabulary_level": "CEFR 1-6",
    "advanced_share": "share",
    "clause_words": "words",
    "grammar_errors_per_100_words": "1/100 words",
    "mtld": "words",
}
_KINDS = {
    EvidenceKind.SITUATION: pb.EVIDENCE_KIND_SITUATION,
    EvidenceKind.ACTION: pb.EVIDENCE_KIND_ACTION,
    EvidenceKind.RESULT: pb.EVIDENCE_KIND_RESULT,
    EvidenceKind.SPECIFICS: pb.EVIDENCE_KIND_SPECIFICS,
    EvidenceKind.ELABORATION: pb.EVIDENCE_KIND_ELABORATION,
}


def answer_score(result: AnswerResult, versions: Sequence[Version]) -> pb.AnswerScore:
    """One answer's evidence."""
    answer = result.answer
    return pb.AnswerScore(
        answer_id=answer.answer_id,
        revision=answer.revision,
        question_id=answer.question_id,
        warm_up=answer.warm_up,
        net_speech_ms=result.net_speech_ms,
        word_count=result.word_count,
        language_matches=answer.language_matches,
        features=[_feature(name, value) for name, value in result.features],
        competencies=[_competency_evidence(key, scored) for key, scored in result.competencies],
        missing_evidence=[_KINDS[kind] for kind in result.missing_evidence],
        models=_models(versions),
    )


def interview_score(
    result: InterviewResult,
    coefficients: Coefficients,
    versions: Sequence[Version],
    provenance: pb.Provenance | None = None,
) -> pb.InterviewScore:
    """The interview's scores."""
    return pb.InterviewScore(
        provenance=provenance,
        with_dropped_words=_with_dropped(result.with_dropped),
        overall=_points(result.overall),
        overall_null_reason=result.overall_null_reason,
        competencies=[_competency_score(one, coefficients) for one in result.competencies],
        language=_language(result.language, coefficients.language),
        confidence=result.confidence,
        confidence_reasons=result.confidence_reasons,
        review_recommended=result.review_recommended,
        models=_models(versions),
        overall_standard_error=_points(result.overall_error),
        overall_validation=_overall_validation(result, coefficients),
    )


def _overall_validation(result: InterviewResult, coefficients: Coefficients) -> str:
    """The weakest of the competencies that it is the mean of; empty where there is none."""
    if result.overall is None:
        return ""
    made_of = [
        _validation(one.competency, coefficients)
        for one in result.competencies
        if one.scored.tenths is not None and one.competency.weight > 0
    ]
    return min(made_of, key=_VALIDATIONS.index, default="")


def _validation(competency: Competency, coefficients: Coefficients) -> str:
    return coefficients.competency_validation if competency.factors is None else CALIBRATED


def _competency_evidence(key: str, scored: Scored) -> pb.CompetencyEvidence:
    return pb.CompetencyEvidence(
        competency_key=key,
        score=_points(scored.tenths),
        null_reason=scored.null_reason,
        contributions=_contributions(scored.contributions),
        suggestions=[str(suggestion) for suggestion in scored.suggestions],
    )


def _competency_score(result: CompetencyResult, coefficients: Coefficients) -> pb.CompetencyScore:
    competency, scored = result.competency, result.scored
    return pb.CompetencyScore(
        key=competency.key,
        name=competency.name,
        weight=competency.weight,
        score=_points(scored.tenths),
        null_reason=scored.null_reason,
        standard_error=_points(result.standard_error),
        contributions=_contributions(scored.contributions),
        suggestions=[str(suggestion) for suggestion in scored.suggestions],
        validation=_validation(competency, coefficients),
        questions=[_findings(*found) for found in result.questions],
    )


def _findings(question_id: str, scored: Scored) -> pb.QuestionFindings:
    return pb.QuestionFindings(
        question_id=question_id,
        features=[
            pb.Feature(name=code, value=tenths / 10, unit="points")
            for code, tenths in scored.shipped
            if tenths
        ],
        cap=scored.cap / 10,
    )


def _with_dropped(found: WithDropped | None) -> pb.WithDroppedWords | None:
    if found is None:
        return None
    result = found.result
    return pb.WithDroppedWords(
        words=found.words,
        share=found.share,
        overall=_points(result.overall),
        competencies=[
            pb.KeyedScore(key=one.competency.key, score=_points(one.scored.tenths))
            for one in result.competencies
        ],
        fluency=_points(result.language.fluency.tenths),
        cefr=result.language.cefr.level,
    )


def _language(language: Language, model: LanguageModel) -> pb.LanguageScore:
    fluency, clear, cefr = language.fluency, language.intelligibility, language.cefr
    return pb.LanguageScore(
        cefr=cefr.level,
        cefr_low=cefr.low,
        cefr_high=cefr.high,
        cefr_null_reason=cefr.null_reason,
        cefr_contributions=_contributions(cefr.contributions),
        cefr_provisional=model.cefr_provisional,
        cefr_validation=model.validation["cefr"],
        fluency=_points(fluency.tenths),
        fluency_null_reason=fluency.null_reason,
        fluency_contributions=_contributions(fluency.contributions),
        fluency_validation=model.validation["fluency"],
        fluency_basis=model.basis,
        intelligibility=_points(clear.tenths),
        intelligibility_null_reason=clear.null_reason,
        intelligibility_validation=model.validation["intelligibility"],
        validation=model.validation["fluency"],
        features=[_feature(name, value) for name, value in language.features],
        fluency_standard_error=_points(language.fluency_error),
        intelligibility_standard_error=_points(language.intelligibility_error),
    )


def _feature(name: str, value: float) -> pb.Feature:
    return pb.Feature(name=name, value=value, unit=_UNITS[name])


def _contributions(contributions: Iterable[Contribution]) -> list[pb.Contribution]:
    return [
        pb.Contribution(
            code=one.code,
            label=one.label,
            points=one.tenths / 10,
            evidence=[_evidence(evidence) for evidence in one.evidence],
        )
        for one in contributions
    ]


def _evidence(evidence: Evidence) -> pb.Evidence:
    span = pb.Span(start_ms=evidence.span.start_ms, end_ms=evidence.span.end_ms)
    return pb.Evidence(answer_id=evidence.answer_id, quote=evidence.quote, span=span)


def _points(tenths: int | None) -> float | None:
    return None if tenths is None else tenths / 10


def _models(versions: Sequence[Version]) -> list[pb.ModelVersion]:
    return [pb.ModelVersion(name=v.name, version=v.version, sha256=v.sha256) for v in versions]
