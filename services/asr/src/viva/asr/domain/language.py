"""Which language an answer is in: what was heard, weighed against what the persona speaks."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

MIN_SPEECH_MS = 3000
"""Less speech than this is too little to contradict the persona's language."""

SURE = 0.8
"""A foreign language must be at least this probable: a strong accent is no other language."""

HARDLY = 0.05
"""Where the persona's language is less probable than this, the most probable one is taken."""

NOBODY_SPEAKS = frozenset({"la"})
"""What Whisper calls Latin is a strong accent: no candidate answers in it."""


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
        The most probable language if the model is sure of it, or sure that it is not the
        persona's, and enough was said; else the persona's with its own probability.
    """
    expected = primary_subtag(persona)
    spoken = {code: p for code, p in probabilities.items() if code not in NOBODY_SPEAKS}
    whole = sum(spoken.values())
    if not whole:
        return HeardLanguage(expected, 0.0)
    heard = max(spoken, key=lambda code: spoken[code])
    found, own = spoken[heard] / whole, spoken.get(expected, 0.0) / whole
    if heard != expected and speech_ms >= MIN_SPEECH_MS and (found >= SURE or own < HARDLY):
        return HeardLanguage(heard, found)
    return HeardLanguage(expected, own)


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
