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
    "skip": "That is fine. Let us move on.",
    "unanswered": "No problem. Let us go on to the next one.",
    "answer_limit": "Thank you. I have to stop you there, so that we get through everything.",
    "closing": "That was my last question. Thank you for your time, and goodbye.",
    "closing:time": "Our time is up. Thank you for your answers, and goodbye.",
    "closing:silent": "I could not hear any answers, so I will end here. Thank you, and goodbye.",
    "closing:refused": "That is fine. Without your agreement we cannot go on. Goodbye.",
}

ACKNOWLEDGEMENTS = 4

# On the telephone nobody reads what the join page says of it before consent.
_VOICE_PRINT: Mapping[str, str] = {
    "en": "To tell your voice from others, it takes a print of it, which is deleted afterwards.",
}

# What a persona of another tone says instead; "warm" says what stands above.
_ENGLISH_TONES: Mapping[str, Mapping[str, str]] = {
    "neutral": {
        "ack:1": "Okay, thank you.",
        "ack:2": "All right.",
        "ack:3": "Understood, thank you.",
        "think": "You have a moment to think. Start when you are ready.",
        "reprompt": "I am listening. Start when you are ready.",
        "repeat": "Here is the question again.",
        "skip": "Okay. Next question.",
        "unanswered": "Let us go on to the next question.",
        "answer_limit": "I have to stop you there, so that we get through everything.",
        "closing": "That was the last question. Thank you, and goodbye.",
    },
    "formal": {
        "ack:1": "Thank you, that is noted.",
        "ack:2": "I understand, thank you.",
        "ack:3": "Very well, thank you.",
        "think": "Please take a moment to consider, and begin when you are ready.",
        "reprompt": "Please take the time that you need. I am listening.",
        "repeat": "Certainly. I will repeat the question.",
        "lost": "The connection was interrupted. I will repeat the question.",
        "skip": "Very well. We will continue.",
        "unanswered": "We will continue with the next question.",
        "answer_limit": "Thank you. I have to end this answer here, so that nothing is left out.",
        "closing": "That was the final question. Thank you for your time. Goodbye.",
    },
}
_GREETINGS: Mapping[str, str] = {
    "neutral": "Hello.",
    "formal": "Good day, and welcome.",
}
_WARM_GREETING = "Hello, and welcome."

_BY_LANGUAGE: Mapping[str, Mapping[str, str]] = {"en": ENGLISH}
TONES = ("warm", *_ENGLISH_TONES)


def welcome(tone: str) -> str:
    """The first words of a tone."""
    return _GREETINGS.get(tone, _WARM_GREETING)


def phrases_for(language: str, tone: str = "", *, by_phone: bool = False) -> Mapping[str, str]:
    """The phrase book of a BCP 47 language in a tone; one that it does not know is warm.

    Args:
        by_phone: nobody reads a page first, so the notice names the voice print too.

    Raises:
        KeyError: for a language that has none.
    """
    subtag = language.split("-", maxsplit=1)[0].lower()
    book = {**_BY_LANGUAGE[subtag], **_ENGLISH_TONES.get(tone, {})}
    if by_phone:
        book["notice"] += f" {_VOICE_PRINT[subtag]}"
    return book
