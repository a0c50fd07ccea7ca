"""The interviewer's standing phrases, by language. Short and plain: they are heard, not read."""

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "notice": "This interview is recorded, and software helps to evaluate it.",
    "how": "Answer in your own time. To hear a question again, say: please repeat.",
    "consent": "Do you agree to that? Press one for yes, or two for no.",
    "ack:0": "Thank you.",
    "ack:1": "Thanks, that helps.",
    "ack:2": "I see, thank you.",
    "ack:3": "Good, thank you.",
    "think": "Take a moment to think, and start whenever you are ready.",
    "reprompt": "Take your time. I am listening whenever you are ready.",
    "repeat": "Of course. Here it is again.",
    "lost": "We lost you for a moment. Let me ask again.",
    "unheard": "I am afraid we cannot hear you. Please check your microphone.",
    "moment": "One moment, please.",
    "skip": "That is fine. Let us move on.",
    "unanswered": "No problem. Let us go on to the next one.",
    "answer_limit": "Thank you. I have to stop you there, so that we get through everything.",
    "closing": "That was my last question. Thank you for your time, and goodbye.",
    "closing:time": "Our time is up. Thank you for your answers, and goodbye.",
    "closing:silent": "I could not hear any answers, so I will end here. Thank you, and goodbye.",
    "closing:refused": "That is fine. Without your agreement we cannot go on. Goodbye.",
}

ACKNOWLEDGEMENTS = 4

_BY_LANGUAGE: Mapping[str, Mapping[str, str]] = {"en": ENGLISH}


def phrases_for(language: str) -> Mapping[str, str]:
    """The phrase book of a BCP 47 language.

    Raises:
        KeyError: for a language that has none.
    """
    return _BY_LANGUAGE[language.split("-", maxsplit=1)[0].lower()]
