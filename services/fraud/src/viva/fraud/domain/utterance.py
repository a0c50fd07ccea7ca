"""The candidate's words without what recognition makes of hesitations.

A recognizer writes "um" as "UMM", "UMP" or letter by letter (".U .M."), drops it, or repeats what
was said twice; it puts a full stop after many a pause. So fillers are told by spelling and by
sound, and punctuation is not trusted where the words themselves say more.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from viva.fraud.domain.model import Answer, Span, SpokenWord

_FILLER = re.compile(r"(?:u+h*m+p?|u+h+|e+r+m*|h+m+|m+h*m+|a+h+|e+h+)$")
_SPELLED = (("u", "m"), ("u", "h"), ("e", "m"), ("i", "u", "m"))
_EDGES = re.compile(r"^[^a-z0-9]+|[^a-z0-9]+$")
_CLAUSE_END = re.compile(r"[.,;:?!\u2026]$")
_BROKEN = re.compile(r"[a-z][-\u2014]$")
_MEANT_TWICE = frozenset(["very", "really", "so", "much", "many", "had", "that", "long", "no"])


@dataclass(frozen=True)
class Said:
    """One word that carries meaning, and how it came out.

    Attributes:
        core: lower case, without punctuation.
        ends_clause: recognition put a comma or stop after it.
        hesitant: it was repeated, broken off, or a filler stands between it and the next word.
    """

    core: str
    span: Span
    ends_clause: bool = False
    hesitant: bool = False


@dataclass(frozen=True)
class Utterance:
    """What a candidate said in one answer.

    Attributes:
        repairs: repetitions and broken-off words.
        fillers: transcribed ones, and those that are only heard.
    """

    words: tuple[Said, ...] = ()
    repairs: int = 0
    fillers: int = 0


def utterance_of(answer: Answer) -> Utterance:
    """The candidate's own words only; a typed answer has no utterance."""
    spoken = [word for word in answer.words if not word.dropped]
    if answer.typed or not spoken:
        return Utterance()
    cores = [_EDGES.sub("", word.text.strip().lower()) for word in spoken]
    filling = _filling(cores)
    heard = _heard_only(answer, [spoken[place] for place in sorted(filling)])
    words: list[Said] = []
    repairs = 0
    for place, (word, core) in enumerate(zip(spoken, cores, strict=True)):
        if place in filling or not core:
            words = _hesitated(words)
            continue
        again = bool(words) and words[-1].core == core and core not in _MEANT_TWICE
        broken = bool(_BROKEN.search(word.text.strip().lower()))
        repairs += again + broken
        ends = bool(_CLAUSE_END.search(word.text.strip()))
        words.append(Said(core, word.span, ends, again or broken))
    words = [_with_filler(one, following, heard) for one, following in _pairs(words)]
    return Utterance(tuple(words), repairs, len(list(_runs(filling))) + len(heard))


def _filling(cores: Sequence[str]) -> set[int]:
    """Places of fillers, whole or spelled letter by letter."""
    found = {place for place, core in enumerate(cores) if _FILLER.match(core)}
    for letters in _SPELLED:
        size = len(letters)
        for place in range(len(cores) - size + 1):
            if tuple(cores[place : place + size]) == letters:
                found |= set(range(place, place + size))
    return found


def _heard_only(answer: Answer, transcribed: Sequence[SpokenWord]) -> list[Span]:
    """Filled pauses of the candidate that the transcript does not have."""
    others = (*answer.interviewer, *answer.other_turns, *(word.span for word in transcribed))
    return [
        pause for pause in answer.filled_pauses if not any(pause.meets(other) for other in others)
    ]


def _hesitated(words: list[Said]) -> list[Said]:
    if not words:
        return words
    last = words[-1]
    return [*words[:-1], Said(last.core, last.span, last.ends_clause, hesitant=True)]


def _with_filler(one: Said, following: Said | None, heard: Sequence[Span]) -> Said:
    """A recognizer stretches a word over the filler after it: its whole span counts."""
    until = one.span.end_ms if following is None else following.span.start_ms
    around = Span(one.span.start_ms, max(until, one.span.end_ms))
    hesitant = one.hesitant or any(pause.meets(around) for pause in heard)
    return Said(one.core, one.span, one.ends_clause, hesitant)


def _pairs(words: Sequence[Said]) -> Iterator[tuple[Said, Said | None]]:
    return zip(words, [*words[1:], None], strict=False)


def _runs(places: set[int]) -> Iterator[list[int]]:
    """Places that follow each other: one filler, spelled or drawn out."""
    ordered = enumerate(sorted(places))
    for _, run in itertools.groupby(ordered, key=lambda pair: pair[1] - pair[0]):
        yield [place for _, place in run]
