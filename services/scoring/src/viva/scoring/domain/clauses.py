"""Who did what in a sentence: own, shared and other people's acts, negation, hypotheticals.

A small finite grammar over masked tokens, not a parser: it looks for "I" or "we", skips adverbs and
auxiliaries, and accepts a past verb that is neither negated nor under a modal. A verb that follows
"and" or a comma without a subject of its own inherits subject, negation and mood.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from viva.scoring.domain.lexicon import (
    ADVERBS,
    AVOIDING_PHRASES,
    AVOIDING_VERBS,
    FAILING_VERBS,
    FILLERS,
    HABITUAL,
    HYPOTHETICAL_OPENERS,
    INTENT_VERBS,
    IRREGULAR_PARTICIPLE,
    IRREGULAR_PAST,
    MODALS,
    NEGATIVE_OBJECTS,
    NEGATORS,
    NOT_ACTIONS,
    OPENERS,
    PRESENT_ACTS,
    SAYING_VERBS,
    SHIFTING_VERBS,
    STOPWORDS,
    WHOLE_VERBS,
)
from viva.scoring.domain.tokens import Sentence, Token

_PERFECT = frozenset({"have", "has", "had"})
_BE = frozenset({"was", "were", "am", "is", "are", "been", "be", "being"})
# Where one of these stands, a clause of its own comes before "and I", no partner.
_PREDICATES = frozenset({"i", "we", "to"}) | _PERFECT | _BE
_OBJECT_WINDOW = 8
_BREAKS = frozenset({"but", "because", "so", "although", "though", "while", "whereas", "when",
                     "after", "before", "since", "until", "which", "who", "that", "then", "and",
                     "or", *HYPOTHETICAL_OPENERS})  # fmt: skip
_SUBJECTS = frozenset({"i", "we", "they", "you", "it", "there", "this", "that", "my", "our",
                       "their", "the", "a", "robin", "everyone", "someone", "people"})  # fmt: skip


class Actor(Enum):
    """Who is said to have acted."""

    OWN = "own"
    SHARED = "shared"


@dataclass(frozen=True)
class Act:
    """Something done: asserted, with a verb that names it.

    Attributes:
        tokens: as said, for the quote.
        objects: what follows the verb.
        past: False where it is told in the present tense.
        habitual: "always", "usually": no account of one event.
    """

    actor: Actor
    verb: str
    tokens: tuple[Token, ...]
    objects: tuple[Token, ...] = ()
    past: bool = True
    habitual: bool = False


@dataclass(frozen=True)
class Clause:
    """A stretch of a sentence with one mood.

    Attributes:
        unreal: asked, or under "if", "wish" or "imagine" anywhere in the sentence.
        modal: holds a modal verb, which binds its own subject only.
        negated: holds a negator.
    """

    tokens: tuple[Token, ...]
    unreal: bool
    modal: bool
    negated: bool

    @property
    def hypothetical(self) -> bool:
        """Whether the clause may state no fact."""
        return self.unreal or self.modal


def clauses_of(sentence: Sentence) -> list[Clause]:
    """Split at commas and at connectors; an "if" sentence is hypothetical in all its clauses."""
    parts = list(_split(sentence))
    texts = [token.text for token in sentence]
    question = sentence[-1].ends == "?"
    unreal = question or any(text in HYPOTHETICAL_OPENERS - {"whether"} for text in texts)
    return [
        Clause(
            part,
            unreal,
            any(_is_modal(token.text) for token in part),
            any(_negates(token.text) for token in part),
        )
        for part in parts
    ]


def _split(sentence: Sentence) -> Iterator[tuple[Token, ...]]:
    current: list[Token] = []
    for index, token in enumerate(sentence):
        if (
            current
            and token.text in _BREAKS
            and _opens_clause(sentence, index)
            and not _joins_subject(current, sentence, index)
        ):
            yield tuple(current)
            current = []
        current.append(token)
        if token.ends == ",":
            yield tuple(current)
            current = []
    if current:
        yield tuple(current)


def _joins_subject(current: Sequence[Token], sentence: Sentence, index: int) -> bool:
    """ "My team and I" is one subject; in "he has to wear it and I told him" there are two."""
    following = sentence[index + 1].text if index + 1 < len(sentence) else ""
    if sentence[index].text != "and" or following != "i":
        return False
    before = {_subject(token.text) for token in current}
    return not before & _PREDICATES


def _opens_clause(sentence: Sentence, index: int) -> bool:
    if sentence[index].text not in {"and", "or", "that", "so"}:
        return True
    following = _skip(sentence, index + 1, ADVERBS)
    if following >= len(sentence):
        return False
    text = sentence[following].text
    return _subject(text) in _SUBJECTS or is_past(text)


def acts_of(sentence: Sentence) -> list[Act]:
    """All acts of the candidate or their team that the sentence asserts."""
    found: list[Act] = []
    carried: tuple[Actor | None, bool] = (None, False)
    for clause in clauses_of(sentence):
        acts, carried = _acts_of_clause(clause, carried)
        found.extend(_with_what_was_said(act, sentence) for act in acts)
    return found


def _with_what_was_said(act: Act, sentence: Sentence) -> Act:
    """What was told or asked often stands in the clauses that follow."""
    if act.verb not in SAYING_VERBS:
        return act
    after = sentence.index(act.tokens[-1]) + 1
    return replace(act, objects=(*act.objects, *sentence[after : after + _OBJECT_WINDOW]))


def _acts_of_clause(
    clause: Clause, carried: tuple[Actor | None, bool]
) -> tuple[list[Act], tuple[Actor | None, bool]]:
    tokens = clause.tokens
    found: list[Act] = []
    subjects = [i for i, token in enumerate(tokens) if _subject(token.text) in {"i", "we"}]
    for place, start in enumerate(subjects):
        end = subjects[place + 1] if place + 1 < len(subjects) else len(tokens)
        actor = _actor(tokens, start)
        verb, negated = _verb_after(tokens, start, end)
        carried = (actor, negated)
        if verb is not None and _refers_back(tokens, start, verb):
            continue
        if verb is not None and not negated and not clause.unreal:
            found.extend(_act(actor, tokens, start, verb, end))
    if subjects:
        return found, carried
    start = _skip(tokens, 0, OPENERS | ADVERBS | FILLERS)
    actor_before, was_negated = carried
    if start < len(tokens) and is_past(tokens[start].text) and actor_before is not None:
        agent = start + 1 < len(tokens) and tokens[start + 1].text == "by"
        if not (was_negated or clause.hypothetical or clause.negated or agent):
            found.extend(_act(actor_before, tokens, start, start, len(tokens)))
        return found, carried
    return found, (None, False)


def _refers_back(tokens: Sequence[Token], start: int, verb: int) -> bool:
    """ "As I said" tells nothing new."""
    before = tokens[start - 1].text if start else ""
    return before in {"as", "like"} and tokens[verb].text in SAYING_VERBS


def _actor(tokens: Sequence[Token], start: int) -> Actor:
    if _subject(tokens[start].text) == "we":
        return Actor.SHARED
    joined = start > 1 and tokens[start - 1].text == "and" and tokens[start - 2].text != ","
    partner = joined and not any(is_past(token.text) for token in tokens[: start - 1])
    return Actor.SHARED if partner else Actor.OWN


def _verb_after(tokens: Sequence[Token], start: int, end: int) -> tuple[int | None, bool]:
    """Place of the past verb that belongs to the subject, and whether it is undone."""
    text = tokens[start].text
    if "'" in text and text.split("'")[1] in {"ll", "m", "re"}:
        return None, False
    place, perfect, negated = _skip_auxiliaries(tokens, start + 1, end)
    perfect = perfect or text.endswith("'ve")
    if place >= end:
        return None, negated
    verb = tokens[place].text
    if text.endswith("'d") and verb in PRESENT_ACTS:
        return None, True
    if _is_modal(verb) or _undone(tokens, place, end):
        return None, True
    if verb in _BE:
        return _able(tokens, place, end), negated
    accepted = is_past(verb) or (perfect and verb in IRREGULAR_PARTICIPLE) or verb in PRESENT_ACTS
    return (place if accepted else None), negated


def _skip_auxiliaries(tokens: Sequence[Token], place: int, end: int) -> tuple[int, bool, bool]:
    """The first place that is no adverb, negator or "have"; saw "have"; saw a negator."""
    perfect = negated = False
    while place < end:
        text = tokens[place].text
        emphatic = text == "did" and place + 1 < end and _negates(tokens[place + 1].text)
        if _is_modal(text) or not (
            emphatic
            or _negates(text)
            or text in _PERFECT
            or text in ADVERBS
            or text in FILLERS
            or text.endswith("ly")
        ):
            break
        perfect = perfect or text in _PERFECT
        negated = negated or _negates(text)
        place += 1
    return place, perfect, negated


def _undone(tokens: Sequence[Token], place: int, end: int) -> bool:
    """ "I failed to call", "I planned to call", "I used to call", "I gave no help"."""
    verb = tokens[place].text
    following = tokens[place + 1].text if place + 1 < end else ""
    if verb in FAILING_VERBS | AVOIDING_VERBS or (verb, following) in AVOIDING_PHRASES:
        return True
    if following == "no" or (following == "to" and verb in INTENT_VERBS | {"used"}):
        return True
    if verb in SHIFTING_VERBS and _is_shifted([token.text for token in tokens[place + 1 : end]]):
        return True
    return any(token.text in NEGATIVE_OBJECTS for token in tokens[place + 1 : min(end, place + 4)])


def _is_shifted(objects: Sequence[str]) -> bool:
    """ "put the mistake on others", "put it off", "handed the problem on"."""
    return "others" in objects or "off" in objects[:3] or objects[-1:] == ["on"]


def _able(tokens: Sequence[Token], place: int, end: int) -> int | None:
    """ "was able to fix" states that it was fixed."""
    texts = [token.text for token in tokens[place + 1 : end]]
    return place + 3 if texts[:2] == ["able", "to"] and len(texts) > 2 else None


def _act(actor: Actor, tokens: Sequence[Token], start: int, verb: int, end: int) -> Iterator[Act]:
    stop = min(end, verb + _OBJECT_WINDOW)
    said = tuple(tokens[start:stop])
    word = tokens[verb].text
    content = [t for t in tokens[verb + 1 : stop] if t.text not in STOPWORDS and len(t.text) > 2]
    if not content and word not in SAYING_VERBS | WHOLE_VERBS:
        return
    objects = tuple(tokens[verb + 1 : stop])
    habitual = any(token.text in HABITUAL for token in tokens[:stop])
    able = tokens[verb - 1].text == "to"
    past = able or is_past(word) or word in IRREGULAR_PARTICIPLE
    yield Act(actor, word, said, objects, past, habitual)


def _subject(text: str) -> str:
    return text.split("'", maxsplit=1)[0]


def is_past(text: str) -> bool:
    """Whether the word is the past form of a verb that names something done."""
    if text in NOT_ACTIONS:
        return False
    return text in IRREGULAR_PAST or (text.endswith("ed") and len(text) > 4)


def _is_modal(text: str) -> bool:
    return text in MODALS or text.endswith(("'d", "'ll"))


def _negates(text: str) -> bool:
    return text in NEGATORS or text.endswith("n't")


def _skip(tokens: Sequence[Token], start: int, words: frozenset[str]) -> int:
    while start < len(tokens) and tokens[start].text in words:
        start += 1
    return start
