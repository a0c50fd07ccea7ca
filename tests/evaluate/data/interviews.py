"""Interviews made of recordings of one person, scored as the service scores them."""

from collections.abc import Sequence
from dataclasses import replace

from tests.evaluate.data.answers import competency_of
from tests.evaluate.data.scorer import analyst
from viva.scoring.application.score_interview import Interview, score_interview
from viva.scoring.domain.interview import InterviewResult
from viva.scoring.domain.language import Language
from viva.scoring.domain.model import Answer
from viva.testkit.answers.library import Question


def scored(answers: Sequence[Answer], asked: Sequence[Question] = ()) -> InterviewResult:
    """The result of an interview with these answers, a question each.

    Args:
        asked: the question of each answer, which probes a competency of its own; with none only
            language is measured.

    Raises:
        ValueError: there are questions, but not one for each answer.
    """
    told = [
        replace(answer, answer_id=f"a{number}", question_id=f"q{number}")
        for number, answer in enumerate(answers)
    ]
    competencies = tuple(competency_of(question) for question in asked)
    if asked:
        told = [
            replace(answer, question_text=question.text, competencies=(competency,))
            for answer, question, competency in zip(told, asked, competencies, strict=True)
        ]
    return score_interview(Interview(tuple(told), competencies, len(told)), analyst())


def language(answers: Sequence[Answer]) -> Language:
    """Of such an interview."""
    return scored(answers).language
