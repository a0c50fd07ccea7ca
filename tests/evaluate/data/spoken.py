"""The project's own answers of known level, spoken by the synthesizer's voices."""

from collections.abc import Iterator
from functools import cache

import numpy as np

from viva.audio.models.store import ModelStore
from viva.audio.pcm import SAMPLE_RATE_HZ, Samples, samples_in
from viva.audio.speech import Synthesizer
from viva.testkit.answers.library import Honest, honest
from viva.testkit.candidate.microphone import in_a_room
from viva.testkit.candidate.script import Say
from viva.testkit.candidate.voice import Voice

ANSWERS = 3
_LEVELS = (3, 2, 1)
_VOICES = ("am_michael", "af_heart", "bf_emma")
# The session records an answer from so long before its first word.
_LEAD_MS = 300
# A shorter answer has no room for two different cuts.
_ROOM = 2


def interviews() -> Iterator[list[Honest]]:
    """Answers of one level to different questions; strong, middling and weak in turns."""
    known: dict[tuple[str, int], list[Honest]] = {}
    for half in ("seen", "held_out", "fresh"):
        for one in honest(half):
            known.setdefault((one.question, one.level), []).append(one)
    keys = list(dict.fromkeys(question for question, _ in known))
    for turn in range(len(keys)):
        for level in _LEVELS:
            asked = [keys[(turn * ANSWERS + place) % len(keys)] for place in range(ANSWERS)]
            again = turn * ANSWERS // len(keys)
            found = [known.get((key, level), [])[again : again + 1] for key in asked]
            if all(found):
                yield [one for (one,) in found]


def voice_of(number: int) -> str:
    """The voice of this interview."""
    return _VOICES[number % len(_VOICES)]


def spoken(text: str, voice: str) -> Samples:
    """The answer as the session records it: with the quiet room before and after its words."""
    said = Voice(_synthesizer, voice=voice).render(Say(text))
    return in_a_room(np.pad(said, samples_in(_LEAD_MS)))


def cuts(count: int, seconds: int, *, most: int) -> Iterator[Samples]:
    """Pieces of so many seconds out of the middle of answers; words are cut at both ends.

    Args:
        most: interviews that they come from, so that few answers have to be spoken.
    """
    length = seconds * SAMPLE_RATE_HZ
    told = [
        samples
        for number, answers in zip(range(most), interviews(), strict=False)
        for one in answers
        for samples in [spoken(one.text, voice_of(number))]
        if len(samples) >= _ROOM * length
    ]
    for number in range(count):
        random = np.random.default_rng([5, number])
        whole = told[number % len(told)]
        start = int(random.integers(0, len(whole) - length + 1))
        yield whole[start : start + length]


@cache
def _synthesizer() -> Synthesizer:
    return Synthesizer(ModelStore(), threads=2)
