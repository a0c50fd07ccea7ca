"""Which language an answer is in: what was heard, weighed against what the persona speaks."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

MIN_SPEECH_MS = 3000
"""Less speech than this is too little to contradict the persona's language."""

SURE = 0.7
"""A foreign language must be at least this probable: a strong accent is no other language."""


class HeardLanguage(NamedTuple):
    """A language (ISO 639-1) and how probable it is, 0 to 1."""

    language: str
    probability: float


def primary_subtag(tag: str) -> str:
    """The ISO 639-1 part of a BCP 47 tag: `en-US` gives `en`."""
    return tag.replace("_", "-").split("-", 1)[0].lower()


def choose_language(
    persona: str, probabilities: Mapping[str, float], speech_ms: int
) -> HeardLanguage:
    """Decide in which language an answer is recognized.

    Args:
        persona: BCP 47 tag of the language that the interview is held in.
        probabilities: of each language, by the model; may be empty.
        speech_ms: how much was said.

    Returns:
        The most probable language if the model is sure of it and enough was said, else the
        persona's with its own probability.
    """
    expected = primary_subtag(persona)
    heard = max(probabilities, key=lambda code: probabilities[code], default=expected)
    if heard != expected and speech_ms >= MIN_SPEECH_MS and probabilities[heard] >= SURE:
        return HeardLanguage(heard, probabilities[heard])
    return HeardLanguage(expected, probabilities.get(expected, 0.0))


def language_windows(frames: int, window: int) -> list[int]:
    """Where to listen in an answer: its beginning, its middle and its end, as far as they differ.

    Args:
        frames: length of the answer.
        window: length of what is listened to at once.
    """
    last = max(0, frames - window)
    middle = [last // 2] if last >= window else []
    return [0, *middle, *([last] if last else [])]


def mean_probabilities(heard: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Of each language, over all windows."""
    codes = dict.fromkeys(code for one in heard for code in one)
    return {code: sum(one.get(code, 0.0) for one in heard) / len(heard) for code in codes}
