"""Swapping who is spoken of changes not one score."""

import itertools

import pytest
from scoring_speaking import PROBLEM, TEAM_QUESTION, TEAMWORK, spoken

from viva.scoring.application.analysis import Analyst
from viva.scoring.application.score_interview import Interview, score_interview
from viva.scoring.domain.interview import InterviewResult

STORY = (
    "I am {age} years old and I moved here from {country}. In my last job my manager {name} asked "
    "me to fix a slow report. {name} said that {he} needed it in two weeks. As a {nationality} "
    "{person} I was new in the team. I measured every query and {he} helped me. I rewrote two of "
    "them, and I told {him} the plan. As a result the report ran in four seconds."
)
TEAM_STORY = (
    "{name} and I disagreed about the design. {name}'s idea was one table and mine was two. I "
    "listened to {him} and to {his} reasons. My {spouse} is {religion} and taught me patience. I "
    "set up a small test with a {age}-year-old {nationality} colleague, and in the end we agreed."
)
PEOPLE = [
    {"name": "John", "he": "he", "him": "him", "his": "his", "age": "24", "country": "Norway",
     "nationality": "Norwegian", "person": "man", "spouse": "wife", "religion": "Christian"},
    {"name": "Oluwaseun", "he": "she", "him": "her", "his": "her", "age": "fifty eight",
     "country": "Nigeria", "nationality": "Nigerian", "person": "woman", "spouse": "husband",
     "religion": "Muslim"},
    {"name": "Nguyen Thi Minh", "he": "she", "him": "her", "his": "her", "age": "61",
     "country": "South Korea", "nationality": "American", "person": "lady",
     "spouse": "husband", "religion": "Hindu"},
    {"name": "Aleksandr", "he": "he", "him": "him", "his": "his", "age": "thirty-one",
     "country": "the Netherlands", "nationality": "Uzbek", "person": "guy", "spouse": "wife",
     "religion": "Jewish"},
]  # fmt: skip


def scores(person: dict[str, str], analyst: Analyst) -> tuple[object, ...]:
    fields = {**person, "age": person["age"].replace(" ", "-")}
    texts = (STORY.format(**person), TEAM_STORY.format(**fields))
    answers = (
        _paced(texts[0], 1, analyst),
        _paced(texts[1], 2, analyst),
    )
    result = score_interview(Interview(answers, (PROBLEM, TEAMWORK), 2), analyst)
    return _numbers(result)


def _paced(text: str, number: int, analyst: Analyst):  # type: ignore[no-untyped-def]
    """The same voiced spans for all: what a name is called does not change how fluent one is."""
    competency = PROBLEM if number == 1 else TEAMWORK
    answer = spoken(text, number=number, competencies=(competency,))
    question = answer.question_text if number == 1 else TEAM_QUESTION
    reference = spoken((STORY if number == 1 else TEAM_STORY).replace("{", "").replace("}", ""))
    changes = {"speech": reference.speech, "question_text": question}
    return spoken(text, number=number, competencies=(competency,), **changes)  # type: ignore[arg-type]


def _numbers(result: InterviewResult) -> tuple[object, ...]:
    return (
        result.overall,
        [
            (one.scored.tenths, [(c.code, c.tenths) for c in one.scored.contributions])
            for one in result.competencies
        ],
        result.language.fluency,
        result.language.cefr,
        result.confidence,
    )


@pytest.mark.parametrize(
    ("one", "other"),
    list(itertools.combinations(PEOPLE, 2)),
    ids=lambda p: str(p["name"]).split()[0],
)
def test_swaps_change_not_one_score(
    one: dict[str, str], other: dict[str, str], analyst: Analyst
) -> None:
    assert scores(one, analyst) == scores(other, analyst)


def test_the_story_is_scored_at_all(analyst: Analyst) -> None:
    overall = scores(PEOPLE[0], analyst)[0]
    assert isinstance(overall, int)
    assert overall > 400
