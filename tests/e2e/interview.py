"""The short interview of these tests: what is asked, what is answered."""

from typing import Any

from viva.testkit.candidate.script import Answer, AnswerBook, Say

WARM_UP = "I am well, thank you. I had a good coffee this morning."
CUSTOMER = (
    "Last year a customer called because her parcel was lost twice. I listened first, then I "
    "called the carrier, and I sent a replacement the same day. She stayed with us, and she left "
    "a five star review."
)
PROBLEM = (
    "In March our ticket system lost attachments. I compared good tickets with broken ones, I "
    "found special characters in the file names, and I told the developers. Complaints fell from "
    "thirty a week to zero."
)
MORE = (
    "On Friday I called her back to check that everything was fine, and I wrote down what we had "
    "learned, so that the next parcel would not be lost."
)
LONG_PROBLEM = (
    f"{PROBLEM} I also wrote a short guide for customers, with two pictures, and I showed it to my "
    "team on Monday, so that all of us give the same advice when a file is missing."
)
# Said by somebody else in the room; none of these words is in an answer above.
STRANGER = (
    "Tell them that the quarterly invoice was nine thousand euros, and that the warehouse in "
    "Hamburg refused the shipment of bicycles."
)
STRANGE_WORDS = {"quarterly", "invoice", "warehouse", "hamburg", "shipment", "bicycles"}

QUESTIONS: dict[str, Any] = {
    "name": "Short",
    "questions": [
        {"id": "warm", "text": "How are you today?", "warm_up": True, "max_follow_ups": 0},
        {
            "id": "customer",
            "text": "Tell me about a customer whom you helped.",
            "competencies": ["customer_focus", "communication"],
            "max_follow_ups": 0,
        },
        {
            "id": "problem",
            "text": "Tell me about a problem that you solved.",
            "competencies": ["problem_solving"],
            "max_follow_ups": 0,
        },
    ],
}
ORDER: dict[str, Any] = {
    "persona": {"name": "Ava", "greeting": "Hello, and welcome."},
    "question_set": QUESTIONS,
    "limits": {"grace_s": 8},
}


def book(**changed: Answer) -> AnswerBook:
    """The answers, some of them replaced."""
    answers: dict[str, Answer] = {
        "warm": (Say(WARM_UP),),
        "customer": (Say(CUSTOMER),),
        "problem": (Say(PROBLEM),),
    }
    return AnswerBook(
        pool=(), by_question={key: [said] for key, said in (answers | changed).items()}
    )
