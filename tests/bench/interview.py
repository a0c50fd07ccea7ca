"""The interview of the benchmark: many short turns, by people who hesitate or who do not."""

from typing import Any

from viva.testkit.candidate.person import HESITATIONS_MS
from viva.testkit.candidate.script import Answer, AnswerBook, Say, hesitate

ANSWERS = (
    "I like it when a worried customer relaxes, because then I know that I helped.",
    "I listened first, then I called the carrier, and the parcel came on Friday.",
    "We compared ten good files with ten broken ones, and we found the cause in an hour.",
    "I would explain it with an example, and then I would ask them to say it back to me.",
    "I noticed my mistake on Monday, I told my team leader, and I repaired it the same day.",
    "In my last job I answered forty calls a day, mostly about late deliveries.",
    "I keep a list of open cases, and I look at it every morning.",
    "A colleague and I disagreed about refunds, so we looked at twenty real cases together.",
    "I learned a new system in two weeks, because I wrote my own short guide.",
    "The customer stayed with us, and she left a very kind review.",
    "I want to learn more about quality, and I would like to train new colleagues.",
    "On a busy day I sort the calls by how urgent they are, and I take short breaks.",
)
_QUESTIONS = (
    "What do you enjoy about this work?",
    "How did you help an upset customer?",
    "How did you find a hidden problem?",
    "How do you explain difficult things?",
    "What did you do about a mistake?",
    "What did you do in your last job?",
    "How do you keep an overview?",
    "How do you settle a disagreement?",
    "How do you learn something new?",
    "How did that story end?",
    "What would you like to learn?",
    "What do you do on a busy day?",
)

# Short answers are wanted, and told so by their limit; the session expects three tenths of it.
_LIMIT_S = 20
EXPECTED_MS = 6_000

ORDER: dict[str, Any] = {
    "persona": {"name": "Ava", "greeting": "Hello, and welcome."},
    "question_set": {
        "name": "Benchmark",
        "questions": [
            {
                "id": f"b{number}",
                "text": text,
                "competencies": ["communication"],
                "answer_limit_s": _LIMIT_S,
                "max_follow_ups": 0,
            }
            for number, text in enumerate(_QUESTIONS)
        ],
    },
    "consent_mode": "explicit",
}
TURNS = len(_QUESTIONS)


def answer(number: int, *, hesitant: bool) -> Answer:
    """One answer; a hesitant one has pauses between its clauses, each time others."""
    said: Answer = (Say(ANSWERS[number]),)
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
