"""Answers written from a competency's own anchors, to see whether the model ranks them rightly.

An anchor says in the present tense what an answer of its level tells: "Asks for the reasons and
tests the fix". Its exemplars say the same as a first person's past, each part with a detail of its
own, in several settings. All levels get the same settings and details in the same order, so that
only what the anchors say can set them apart.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from viva.scoring.domain.lexicon import IRREGULAR_PAST
from viva.scoring.domain.stems import irregular_base
from viva.scoring.domain.vague import words_stems

LEVELS = (1, 3, 5)
_PARTS = re.compile(r"\s*(?:[.;]|,\s*and\s+|,\s*or\s+|,\s*|\s+and\s+|\s+or\s+)\s*")
_SHORT = 4
_WORD = re.compile(r"[A-Za-z'-]+")
_DOUBLES = re.compile(r"[^aeiou]*[aeiou][bdgklmnprt]|admit|commit|refer|prefer|permit|submit")
_MAKES_S = ("ches", "shes", "sses", "xes", "zes", "oes")
_PAST = {irregular_base(past): past for past in sorted(IRREGULAR_PAST)} | {
    "be": "was", "have": "had", "do": "did", "say": "said", "put": "put", "hear": "heard",
    "understand": "understood", "see": "saw", "know": "knew", "feel": "felt", "lose": "lost",
    "think": "thought", "freeze": "froze", "cling": "clung", "hide": "hid", "bend": "bent",
    "let": "let", "read": "read", "overcome": "overcame", "forget": "forgot",
}  # fmt: skip


@dataclass(frozen=True)
class Setting:
    """Where it happened, and details that are told with the parts of an anchor, in turn."""

    opening: str
    details: tuple[str, ...]


# No opening tells an act, and every detail names a thing: acts come from the anchors alone.
SETTINGS = (
    Setting(
        "Last March our dental clinic in Lisbon changed its calendar.",
        (
            "with the dentists upstairs",
            "beside the umbrella stand",
            "on a printed poster",
            "in the X-ray room",
            "with a pharmacist called Duarte",
            "over an appointment book",
        ),
    ),
    Setting(
        "Two years ago our warehouse in Gdansk moved to a new building.",
        (
            "with the truck drivers",
            "beside the ramp",
            "on a blue chalkboard",
            "over boxes of canned fish",
            "with Piotr's forklift crew",
            "in the canteen",
        ),
    ),
    Setting(
        "In my second year there was a small hotel near Graz with a leaking roof.",
        (
            "with the hotel cook",
            "in a guest ledger",
            "beside the ski boots",
            "with Danish tourists",
            "at the bakery",
            "by a letter to Vienna",
        ),
    ),
    Setting(
        "Last summer the printers at our city library broke down.",
        (
            "near the stairs with Nadia",
            "next to the map shelf",
            "on a yellow postcard",
            "among the schoolchildren",
            "with the caretaker's ladder",
            "in the cellar archive",
        ),
    ),
)
# Praise and blame: said of anybody, they tell nothing that was done.
_JUDGING = words_stems(
    "ability attitude average bad basic below beyond adequate competence competency communicate "
    "consistent demonstrate display effective exceed exceeded excellent expectation extreme fair "
    "far good great high job lack level limited little low meet motivation outstanding perform "
    "performance poor possess quality quite requirement satisfactory show skill solid some "
    "standard strong sufficient superb very weak above"
)
_SUBJECT = re.compile(
    r"^\s*(?:(?:the|a)\s+)?(?:candidate|applicant|interviewee|person|employee|they|he|she)\s+",
    re.IGNORECASE,
)
_COULD = {"can": "could", "cannot": "could not", "can't": "could not"}
# What follows says how little was done: a person who tells it leaves it out.
_QUALIFIERS = frozenset({"without", "with", "mostly", "once", "until", "but"})


def exemplars(anchor: str, is_verb: Callable[[str], bool], name: str = "") -> list[str]:
    """One answer for each setting.

    Args:
        is_verb: whether a word's base form is used as a verb.
        name: the competency's: an anchor that only judges it ("good teamwork") tells nothing.
    """
    told = list(_told(anchor, is_verb))
    judging = _JUDGING | words_stems(name)
    return [_answer(told, setting, judging) for setting in SETTINGS]


def _answer(told: Sequence[tuple[str, bool]], setting: Setting, judging: frozenset[str]) -> str:
    sentences = [setting.opening]
    for place, (part, own) in enumerate(told):
        keys = words_stems(part)
        if keys and all(key in judging or key.endswith("ly") for key in keys):
            continue
        detail = setting.details[place % len(setting.details)]
        sentences.append(f"I {part} {detail}." if own else f"{part} {detail}.")
    return " ".join(sentences)


def _told(anchor: str, is_verb: Callable[[str], bool]) -> Iterator[tuple[str, bool]]:
    """The anchor's parts in the past: the words, and whether "I" is their subject."""
    open_part: list[str] = []
    own = True
    for part in (part for part in _PARTS.split(anchor) if part.strip()):
        words = _SUBJECT.sub("", part).split() or part.split()
        past = _past_of(words[0].lower(), is_verb)
        if past is not None:
            if open_part:
                yield " ".join(open_part), own
            open_part, own = [past, *words[1:]], True
        elif open_part and own and words[0].lower() in _QUALIFIERS:
            continue
        elif open_part and own and len(words) <= _SHORT:
            open_part += ["and", *words]
        else:
            if open_part:
                yield " ".join(open_part), own
            open_part, own = [words[0].capitalize(), *words[1:]], False
    if open_part:
        yield " ".join(open_part), own


def _past_of(word: str, is_verb: Callable[[str], bool]) -> str | None:
    """Past of a verb in the third person; None where the word is something else."""
    if word in _COULD:
        return _COULD[word]
    if not _WORD.fullmatch(word) or not word.endswith("s") or word.endswith("ss"):
        return None
    base = _base(word)
    if base not in _PAST and not is_verb(base):
        return None
    if base in _PAST:
        return _PAST[base]
    if base.endswith("e"):
        return f"{base}d"
    if _DOUBLES.fullmatch(base):
        return f"{base}{base[-1]}ed"
    if base.endswith("y") and base[-2:-1] not in "aeiou":
        return f"{base[:-1]}ied"
    return f"{base}ed"


def _base(word: str) -> str:
    if word in {"is", "has", "does"}:
        return {"is": "be", "has": "have", "does": "do"}[word]
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(_MAKES_S) else word[:-1]
