"""Interviews made of recordings of one person, scored as the service scores them."""

from collections.abc import Sequence
from dataclasses import replace

from tests.evaluate.data.scorer import analyst
from viva.scoring.application.score_interview import Interview, score_interview
from viva.scoring.domain.interview import InterviewResult
from viva.scoring.domain.language import Language
from viva.scoring.domain.model import Answer


def scored(answers: Sequence[Answer]) -> InterviewResult:
    """The result of an interview with these answers, a question each."""
    asked = tuple(
        replace(answer, answer_id=f"a{number}", question_id=f"q{number}")
        for number, answer in enumerate(answers)
    )
    return score_interview(Interview(asked, (), len(asked)), analyst())


def language(answers: Sequence[Answer]) -> Language:
    """Of such an interview."""
    return scored(answers).language
