"""The interview of the benchmark: stories and short answers, by people who hesitate or do not."""

from typing import Any

from viva.testkit.candidate.person import HESITATIONS_MS
from viva.testkit.candidate.script import DEFAULT_ANSWERS, Answer, AnswerBook, Say, hesitate
from viva.testkit.demo.answers import ANSWERS

_QUESTIONS = (
    "Tell me about a customer whom you helped.",
    "Tell me about a busy Monday.",
    "Tell me about something difficult that you explained.",
    "Tell me about a disagreement in your team.",
    "Tell me about an upset customer.",
    "Tell me about a hidden problem that you found.",
    "Tell me about somebody who did not understand you.",
    "Tell me about a mistake of yours.",
    "What did you say first?",
    "How long did it take?",
    "Which words did you use?",
    "What have you changed since then?",
)
_STORIES = 8
STORY_MS = 25_000
"""How much the session expects to hear of an answer without a limit of its own."""
_SHORT_LIMIT_S = 20
SHORT_MS = 6_000
"""The same where the question's limit tells that a short answer is wanted: three tenths of it."""

TEXTS: tuple[str, ...] = (
    *DEFAULT_ANSWERS[1:5],
    *(ANSWERS[question][0] for question in ("q1", "q2", "q3", "q4")),
    *(ANSWERS[question][1] for question in ("q1", "q2", "q3", "q4")),
)
TURNS = len(_QUESTIONS)


def expected_ms(number: int) -> int:
    """How much speech the session expects as the answer of this number."""
    return STORY_MS if number < _STORIES else SHORT_MS


def answer(number: int, *, hesitant: bool) -> Answer:
    """The answer to one question."""
    return spoken(TEXTS[number], number, hesitant=hesitant)


def spoken(text: str, number: int, *, hesitant: bool) -> Answer:
    """A text as it is said; who hesitates pauses between clauses, by number otherwise."""
    said: Answer = (Say(text),)
    if not hesitant:
        return said
    shift = number % len(HESITATIONS_MS)
    return hesitate(said, HESITATIONS_MS[shift:] + HESITATIONS_MS[:shift])


def book(*, hesitant: bool) -> AnswerBook:
    """One person's answers by question."""
    return AnswerBook(
        pool=(),
        by_question={f"b{number}": [answer(number, hesitant=hesitant)] for number in range(TURNS)},
    )


def _question(number: int, text: str) -> dict[str, Any]:
    question: dict[str, Any] = {
        "id": f"b{number}",
        "text": text,
        "competencies": ["communication"],
        "max_follow_ups": 0,
    }
    return question if number < _STORIES else question | {"answer_limit_s": _SHORT_LIMIT_S}


ORDER: dict[str, Any] = {
    "persona": {"name": "Ava", "greeting": "Hello, and welcome."},
    "question_set": {
        "name": "Benchmark",
        "questions": [_question(number, text) for number, text in enumerate(_QUESTIONS)],
    },
    "consent_mode": "explicit",
}
