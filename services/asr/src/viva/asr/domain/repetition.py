"""Loops: a recognizer that lost the thread says the same few words again and again."""

from collections.abc import Sequence
from typing import NamedTuple

from viva.asr.domain.model import Word

_LONGEST_PHRASE = 12
_PUNCTUATION = ".,;:!?\"'()-…"


class _Run(NamedTuple):
    start: int
    phrase: int  # words
    times: int


def has_loop(words: Sequence[Word]) -> bool:
    """Whether some phrase is said more often in a row than a person would."""
    return bool(_loops([_key(word) for word in words]))


def without_loops(words: Sequence[Word]) -> list[Word]:
    """Keep the first saying of a phrase that loops, and drop the others."""
    kept: list[Word] = []
    position = 0
    for run in _loops([_key(word) for word in words]):
        kept += words[position : run.start + run.phrase]
        position = run.start + run.phrase * run.times
    return kept + list(words[position:])


def _key(word: Word) -> str:
    return word.text.strip(_PUNCTUATION).lower()


def _too_often(phrase: int) -> int:
    """People say "no no no no", but no sentence four times over."""
    if phrase == 1:
        return 6
    return 4 if phrase <= 3 else 3


def _loops(keys: Sequence[str]) -> list[_Run]:
    runs: list[_Run] = []
    position = 0
    while position < len(keys):
        run = _loop_at(keys, position)
        if run:
            runs.append(run)
            position += run.phrase * run.times
        else:
            position += 1
    return runs


def _loop_at(keys: Sequence[str], start: int) -> _Run | None:
    for phrase in range(1, _LONGEST_PHRASE + 1):
        times = 1
        first = keys[start : start + phrase]
        while keys[start + times * phrase : start + (times + 1) * phrase] == first:
            times += 1
        if times >= _too_often(phrase):
            return _Run(start, phrase, times)
    return None
