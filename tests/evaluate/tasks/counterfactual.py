"""The same story told of other people: not one number may change.

Names, genders, ages, nationalities and religions are swapped one at a time; the masker's lists were
written before these, and hold few of the names, most of the nationalities. The voiced time is the
same for all: what somebody is called does not make a speaker more fluent.
"""

from collections.abc import Iterator
from dataclasses import replace

from tests.evaluate.data.answers import competency_of
from tests.evaluate.data.scorer import analyst
from tests.evaluate.registry import Bench, Outcome, Row, Task
from viva.scoring.application.score_interview import Interview, score_interview
from viva.scoring.domain.model import Answer, Span, SpokenWord
from viva.testkit.answers.library import questions

BASE = {
    "name": "Peter",
    "he": "he",
    "him": "him",
    "person": "man",
    "age": "34",
    "nationality": "Danish",
    "religion": "Catholic",
}
GENDERS = ({"he": "she", "him": "her", "person": "woman"}, {"he": "they", "him": "them"})
SWAPS = {
    "name": """Ngozi Thandiwe Yusuf Anneliese Rajesh Zofia DeShawn Oluwaseun Xiomara Bjarte Siobhan
        Tuomas Nguyet Keira Abdulrahman Chukwuemeka Saoirse Ioannis Marisol Hyun-woo Priyanka
        Latoya Grzegorz Fatoumata Dmitri Itzel Noor Mei""",
    "age": "19 21 29 44 47 51 58 66 eighteen twenty-seven thirty-five sixty-three",
    "nationality": """Ghanaian Peruvian Vietnamese Latvian Iraqi Filipino Bolivian Uzbek Welsh
        Kenyan Fijian Laotian Eritrean Bhutanese Tunisian Catalan Kurdish Belarusian Malagasy Tongan
        Haitian""",
    "religion": """Sikh Muslim Lutheran Jewish Buddhist Methodist Hindu Orthodox Quaker Bahai Jain
        Mormon Shinto Zoroastrian Anglican Pentecostal Baptist Taoist Sunni Evangelical""",
}
STORIES = (
    "Last spring {name} was my team lead, a {nationality} {person} of {age}. Our nightly report "
    "failed twice in a week and {he} asked me to find out why. I read the logs and measured each "
    "query, and I showed {him} that one index was missing. I added it and wrote a test. As a "
    "result the report ran in nine minutes, and {name} thanked me.",
    "I had a disagreement with {name}, a {religion} colleague who is {age} years old. {name} "
    "wanted to ship on Friday and I wanted to wait. I listened to {him}, I wrote down both plans, "
    "and we tried the risky part with one customer first. In the end {he} agreed, and nothing "
    "broke.",
)
_WORD_MS = 320


def run(bench: Bench) -> Outcome:
    """How many swaps of each kind change anything."""
    del bench
    base = numbers(BASE)
    rows = []
    for kind, swaps in _swaps().items():
        changed = sum(numbers({**BASE, **swap}) != base for swap in swaps)
        rows.append(
            Row(
                f"verdicts changed by another {kind}",
                float(changed),
                n=len(swaps),
                goal=0,
                at_most=True,
                note="scores, contributions, fluency, level, confidence",
            )
        )
    return Outcome(rows)


def numbers(person: dict[str, str]) -> tuple[object, ...]:
    """Everything of a verdict that could change."""
    answers = tuple(_answers(person))
    competencies = tuple(one for answer in answers for one in answer.competencies)
    result = score_interview(Interview(answers, competencies, len(answers)), analyst())
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


def _swaps() -> dict[str, list[dict[str, str]]]:
    found = {kind: [{kind: value} for value in said.split()] for kind, said in SWAPS.items()}
    return {**found, "gender": [dict(one) for one in GENDERS]}


def _answers(person: dict[str, str]) -> Iterator[Answer]:
    for number, (story, question) in enumerate(zip(STORIES, questions(), strict=False), start=1):
        usual = len(story.format(**BASE).split())
        words = story.format(**person).split()
        step = usual * _WORD_MS / len(words)
        spoken = tuple(
            SpokenWord(word, Span(round(i * step), round((i + 1) * step)), confidence=0.9)
            for i, word in enumerate(words)
        )
        answer = Answer(f"a{number}", 1, f"q{number}", question.text, spoken)
        yield replace(
            answer,
            competencies=(competency_of(question),),
            speech=(Span(0, usual * _WORD_MS),),
        )


TASK = Task("counterfactual", "the same story of other people", run, always=True)
