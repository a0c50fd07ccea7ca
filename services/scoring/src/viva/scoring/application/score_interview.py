"""Scores a whole interview from its frozen bundle."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from viva.scoring.application.analysis import Analyst, Said
from viva.scoring.application.language import language_of
from viva.scoring.domain.confidence import (
    MIN_ANSWER_WORDS,
    WORDS_OF_OTHERS,
    Amount,
    confidence,
    extrapolated,
    language_null_reason,
    overall_null_reason,
)
from viva.scoring.domain.foreign import UNKNOWN, hardly_sounds_so
from viva.scoring.domain.interview import (
    CompetencyResult,
    InterviewResult,
    WithDropped,
    combine,
    overall,
    overall_error,
)
from viva.scoring.domain.model import Answer, Competency, nothing

_REVIEW_BELOW = 0.5
_REVIEW_DROPPED_SHARE = 0.1
_REVIEW_CUT_TENTHS = 100
_ENOUGH_TO_HEAR_MS = 3_000  # less speech does not tell its language


@dataclass(frozen=True)
class Interview:
    """The candidate's latest answers in the order of the script."""

    answers: tuple[Answer, ...]
    competencies: tuple[Competency, ...]
    questions_planned: int


def score_interview(interview: Interview, analyst: Analyst) -> InterviewResult:
    """Competencies by question, language over all spoken answers, and how sure both are.

    Where words were dropped as somebody else's, it is also told what the scores are with them.
    """
    result = _score(interview, analyst)
    words = [word for answer in interview.answers for word in answer.words]
    dropped = sum(word.dropped for word in words)
    if not dropped:
        return result
    share = round(dropped / len(words), 4)
    other = _score(_undropped(interview), analyst)
    return replace(result, with_dropped=WithDropped(dropped, share, other))


def _undropped(interview: Interview) -> Interview:
    answers = tuple(
        replace(answer, words=tuple(replace(word, dropped=False) for word in answer.words))
        for answer in interview.answers
    )
    return replace(interview, answers=answers)


def _score(interview: Interview, analyst: Analyst) -> InterviewResult:
    said = [analyst.hear(answer) for answer in _as_heard(interview.answers)]
    questions = _by_question([one for one in said if not one.answer.warm_up])
    amount = _amount(said, questions, interview.questions_planned)
    reason = overall_null_reason(amount)
    results = _competencies(interview, questions, analyst, reason)
    number, number_reason = (None, reason) if reason else overall(results)
    sure, reasons = confidence(amount, number_reason)
    spoken = [one for one in said if not one.answer.typed and one.answer.language_matches]
    language = language_of(spoken, language_null_reason(amount), analyst)
    sure, reasons = extrapolated(sure, reasons, language.outside)
    others = _dropped_share(interview) > _REVIEW_DROPPED_SHARE
    if others:
        # Nothing is less sure by it; it tells the reviewer why.
        reasons = (*reasons, WORDS_OF_OTHERS)
    return InterviewResult(
        number,
        number_reason,
        tuple(results),
        language,
        sure,
        reasons,
        sure < _REVIEW_BELOW or amount.other_language or _beside_the_point(results) or others,
        overall_error=None if number is None else overall_error(results),
    )


def _as_heard(answers: Sequence[Answer]) -> Sequence[Answer]:
    """Where they sound like another language altogether, none is in the persona's."""
    sure = [
        one.language_probability
        for one in answers
        if one.language_matches and sum(s.length_ms for s in one.speech) >= _ENOUGH_TO_HEAR_MS
    ]
    if not hardly_sounds_so([one for one in sure if one is not None]):
        return answers
    return [
        replace(one, heard_language=UNKNOWN) if one.language_probability is not None else one
        for one in answers
    ]


def _by_question(said: Sequence[Said]) -> list[list[Said]]:
    questions: dict[str, list[Said]] = {}
    for one in said:
        questions.setdefault(one.answer.question_id, []).append(one)
    return list(questions.values())


def _amount(said: Sequence[Said], questions: Sequence[Sequence[Said]], planned: int) -> Amount:
    heard = [one for one in said if one.tokens]
    counted = [one for one in heard if one.answer.language_matches]
    spoken = [one for one in counted if not one.answer.typed]
    lengths = [
        sum(len(one.tokens) for one in question if one.answer.language_matches)
        for question in questions
    ]
    return Amount(
        net_speech_ms=sum(one.timing.phonation_ms for one in spoken),
        spoken_words=sum(len(one.tokens) for one in spoken),
        scored_words=sum(lengths),
        scored_answers=sum(length >= MIN_ANSWER_WORDS for length in lengths),
        planned_answers=planned or len(questions),
        typed=any(one.answer.typed for one in counted),
        other_language=len(counted) < len(heard),
        not_analysed=not all(one.answer.analysed for one in said),
    )


def _competencies(
    interview: Interview,
    questions: Sequence[Sequence[Said]],
    analyst: Analyst,
    null_reason: str,
) -> list[CompetencyResult]:
    if null_reason:
        return [CompetencyResult(c, nothing(null_reason)) for c in interview.competencies]
    narratives = [analyst.narrative(question) for question in questions]
    results = []
    for competency in interview.competencies:
        scores = [
            (number, analyst.competency(question, narrative, competency))
            for number, (question, narrative) in enumerate(
                zip(questions, narratives, strict=True), start=1
            )
            if _probes(question, competency)
        ]
        result = combine(competency, scores, analyst.coefficients)
        found = tuple(
            (questions[number - 1][0].answer.question_id, one)
            for number, one in scores
            if one.tenths is not None
        )
        results.append(replace(result, questions=found))
    return results


def _probes(question: Sequence[Said], competency: Competency) -> bool:
    return any(c.key == competency.key for one in question for c in one.answer.competencies)


def _beside_the_point(results: Sequence[CompetencyResult]) -> bool:
    """Whether a score was cut because an answer seemed to miss the question: a person decides."""
    return any(
        one.code == "relevance" and -one.tenths >= _REVIEW_CUT_TENTHS
        for result in results
        for one in result.scored.contributions
    )


def _dropped_share(interview: Interview) -> float:
    words = [word for answer in interview.answers for word in answer.words]
    return sum(word.dropped for word in words) / max(1, len(words))
