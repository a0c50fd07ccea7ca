"""Attacks and honest answers together: what is kept out must not keep honest people out."""

import functools

import pytest
from scipy.stats import spearmanr
from scoring_speaking import spoken

from viva.scoring.application.analysis import Analyst
from viva.scoring.application.score_answer import score_answer
from viva.scoring.domain.model import Competency
from viva.testkit.answers.attacks import Attack, attacks
from viva.testkit.answers.library import Question, honest, load, questions

HALVES = ("seen", "held_out")
# Told by the bank of intents, which cannot know every question: it has a bar of its own.
OTHER = "another question answered"


@functools.cache
def asked() -> dict[str, Question]:
    return {question.key: question for question in questions()}


def points(analyst: Analyst, question: Question, text: str) -> float:
    competency = Competency(
        question.key,
        question.name,
        question.definition,
        1.0,
        dict(question.anchors),
        question.indicators,
    )
    answer = spoken(text, question=question.text, competencies=(competency,))
    found = score_answer(answer, analyst).competencies[0][1]
    assert sum(c.tenths for c in found.contributions) == (found.tenths or 0)
    return (found.tenths or 0) / 10


def scored(analyst: Analyst, half: str) -> list[tuple[Attack, float]]:
    return [(one, points(analyst, one.question, one.text)) for one in attacks(half)]


@pytest.mark.parametrize("half", HALVES)
def test_attacks_stay_under_25_points(analyst: Analyst, half: str) -> None:
    found = scored(analyst, half)
    assert len(found) >= 200
    tricks = [value for one, value in found if one.kind != OTHER]
    assert sum(value < 25 for value in tricks) >= 0.94 * len(tricks)
    others = [value for one, value in found if one.kind == OTHER]
    assert sum(value < 25 for value in others) >= 0.6 * len(others)


def test_an_answer_to_another_question_is_cut_and_says_by_what(analyst: Analyst) -> None:
    question = asked()["upset_customer"]
    story = next(one for one in honest("seen") if one.question == "explain" and one.level == 3)
    competency = Competency("service", question.name, question.definition)
    answer = spoken(story.text, question=question.text, competencies=(competency,))
    found = score_answer(answer, analyst).competencies[0][1]
    (relevance,) = [one for one in found.contributions if one.code == "relevance"]
    assert (found.tenths or 0) < 250
    assert relevance.tenths <= -100
    assert relevance.label.startswith("Not to the point: fits the question by ")
    assert "2.25 needed" in relevance.label
    assert relevance.evidence
    assert "with an answer to the point" in [one.text for one in found.suggestions]


@pytest.mark.parametrize("half", HALVES)
def test_honest_answers_rank_as_their_author_meant(analyst: Analyst, half: str) -> None:
    pairs = [(o.level, points(analyst, asked()[o.question], o.text)) for o in honest(half)]
    assert spearmanr(*zip(*pairs, strict=True)).statistic >= 0.75
    mean = {level: _mean([v for one, v in pairs if one == level]) for level in (1, 2, 3)}
    assert mean[1] < 15 < mean[2] < 45 < 60 < mean[3]


@pytest.mark.parametrize("half", HALVES)
def test_padding_rarely_moves_a_score(analyst: Analyst, half: str) -> None:
    moved = []
    for one in honest(half)[::3]:
        question = asked()[one.question]
        before = points(analyst, question, one.text)
        padded = [
            text
            for padding in load("padding.json")[half]
            for text in (f"{padding} {one.text}", f"{one.text} {padding}")
        ]
        moved += [abs(points(analyst, question, text) - before) for text in padded]
    assert sum(one <= 1 for one in moved) >= 0.8 * len(moved)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
