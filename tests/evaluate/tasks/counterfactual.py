"""The same story told of other people: not one number may change.

Names, genders, ages, nationalities and religions are swapped one at a time: some that the masker's
lists know beside many that they do not, within a sentence, at its start and in text without any
capital. The voiced time is the same for all: what somebody is called does not make a speaker more
fluent.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from tests.evaluate.data.answers import competency_of
from tests.evaluate.data.scorer import analyst
from tests.evaluate.data.strangers import STRANGERS
from tests.evaluate.registry import Bench, Outcome, Row, Task
from viva.scoring.application.score_interview import Interview, score_interview
from viva.scoring.domain.interview import InterviewResult
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
FIRST_STORIES = (
    "{nationality} customers were new to us last spring. {religion} holidays were missing in our "
    "calendar, so the nightly report failed twice in a week. {name} asked me to find out why. I "
    "read the logs and measured each query, and I showed {him} that one index was missing. I added "
    "it and wrote a test. As a result the report ran in nine minutes.",
    "{name} and I had a disagreement. {religion} by faith and {nationality} by birth, {he} wanted "
    "to ship on Friday and I wanted to wait. {name} told me why. I listened to {him}, I wrote down "
    "both plans, and we tried the risky part with one customer first. In the end {he} agreed, and "
    "nothing broke.",
)
QUESTIONS = ("hard_problem", "disagreement")
"""What the stories answer; to other questions a cap would hide what a swap moves."""

_WORD_MS = 320
# "a unitarian", "a european", but "an uzbek".
_VOWEL = re.compile(r"\b([Aa]) (?=(?!uni|eu)[aeiou])", re.IGNORECASE)

Person = Mapping[str, str]


class Use(NamedTuple):
    """How somebody is spoken of."""

    name: str
    stories: Sequence[str]
    written: Callable[[str], str]


USES = (
    Use("within a sentence", STORIES, str),
    Use("at a sentence's start", FIRST_STORIES, str),
    Use("no capitals", STORIES, str.lower),
)


class Changed(NamedTuple):
    """A swap that changed some number; `points`: by how much the overall score."""

    swap: str
    points: float


def run(bench: Bench) -> Outcome:
    """How many swaps of each kind change anything."""
    del bench
    rows = []
    for use in USES:
        rows += [_row(use.name, kind, swaps, use) for kind, swaps in swaps_of().items()]
        subset = f"{use.name}, in no list"
        rows += [_row(subset, kind, swaps, use) for kind, swaps in strangers().items()]
    return Outcome(rows)


def changed(swaps: Sequence[Person], use: Use) -> list[Changed]:
    """Which of these swaps change any number, and by how much the overall one."""
    base = scored(BASE, use)
    found = []
    for swap in swaps:
        other = scored({**BASE, **swap}, use)
        if numbers(other) != numbers(base):
            points = ((other.overall or 0) - (base.overall or 0)) / 10
            found.append(Changed("/".join(swap.values()), points))
    return found


def scored(person: Person, use: Use) -> InterviewResult:
    """The verdict of the stories told of this person."""
    answers = tuple(_answers(person, use))
    competencies = tuple(one for answer in answers for one in answer.competencies)
    return score_interview(Interview(answers, competencies, len(answers)), analyst())


def numbers(result: InterviewResult) -> tuple[object, ...]:
    """Everything of a verdict that could change."""
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


def swaps_of() -> dict[str, list[Person]]:
    """By kind; the masker's lists know many of them."""
    found: dict[str, list[Person]] = {
        kind: [{kind: value} for value in said.split()] for kind, said in SWAPS.items()
    }
    return {**found, "gender": list(GENDERS)}


def strangers() -> dict[str, list[Person]]:
    """By kind; no list knows any of them."""
    return {
        kind: [{"name" if kind.startswith("name") else kind: value} for value in values]
        for kind, values in STRANGERS.items()
    }


def _row(subset: str, kind: str, swaps: Sequence[Person], use: Use) -> Row:
    found = changed(swaps, use)
    moved = [abs(one.points) for one in found if one.points]
    which = ", ".join(one.swap for one in found)
    return Row(
        f"verdicts changed by another {kind}",
        float(len(found)),
        subset=subset,
        n=len(swaps),
        goal=0,
        at_most=True,
        note=f"{len(moved)} move the overall score, by {max(moved, default=0):.1f} points at most: "
        f"{which}"
        if found
        else "",
    )


def _answers(person: Person, use: Use) -> Iterator[Answer]:
    asked = {question.key: question for question in questions()}
    for number, (story, key) in enumerate(zip(use.stories, QUESTIONS, strict=True), start=1):
        usual = len(_told(story, BASE, use).split())
        words = _told(story, person, use).split()
        step = usual * _WORD_MS / len(words)
        spoken = tuple(
            SpokenWord(word, Span(round(i * step), round((i + 1) * step)), confidence=0.9)
            for i, word in enumerate(words)
        )
        question = asked[key]
        answer = Answer(f"a{number}", 1, f"q{number}", question.text, spoken)
        yield replace(
            answer,
            competencies=(competency_of(question),),
            speech=(Span(0, usual * _WORD_MS),),
        )


def _told(story: str, person: Person, use: Use) -> str:
    return use.written(_VOWEL.sub(r"\1n ", story.format(**person)))


TASK = Task("counterfactual", "the same story of other people", run, always=True)
