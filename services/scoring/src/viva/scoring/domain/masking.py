"""Hides who somebody is before any feature is computed.

Names, genders, ages, nationalities and religions become placeholders, however many words they had:
swapping one for another leaves every token that a feature sees unchanged. A proper name of any kind
(a person's, a place's, a product's) becomes the same placeholder, because nothing reliable tells
them apart; that a name was said still counts as specific, whose it was does not.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from viva.scoring.domain.groups import (
    AGE_NOUNS,
    AGE_WORDS,
    AMBIGUOUS_NAMES,
    COUNTRIES,
    DECADES,
    GIVEN_NAMES,
    HE_SHE,
    HIS_HER,
    MONTHS_AND_DAYS,
    NATIONALITIES,
    NEUTRAL_NOUNS,
    NO_NAMES,
    ORIENTATIONS,
    PERSONAL_VERBS,
    REFLEXIVE,
    RELATION_CUES,
    RELIGIONS,
    TITLES,
    TWO_WORDS,
)
from viva.scoring.domain.lexicon import AUXILIARIES, IRREGULAR_PAST, STOPWORDS
from viva.scoring.domain.model import Span
from viva.scoring.domain.tokens import Token

NAME = "robin"
AGE = "adult"

_GROUPS = NATIONALITIES | COUNTRIES | RELIGIONS | ORIENTATIONS
_PEOPLE = frozenset(
    ("man", "woman", "person", "lady", "guy", "gentleman", "boy", "girl", "colleague", "friend")
)
# Of a word that is not known and no name: misspelt, where nobody wrote capitals.
_ENDINGS = ("ed", "ing", "ly", "tion", "ment")
_BE = frozenset({"am", "is", "was", "are", "were", "i'm", "he's", "she's", "turned"})


def mask(
    tokens: Sequence[Token], known_word: Callable[[str], bool], context: Collection[str] = ()
) -> list[Token]:
    """Masked copies of the tokens, in order; runs of names and ages become one token each.

    Args:
        tokens: one answer's.
        known_word: whether a lower-case word is in the language's common vocabulary.
        context: lower-case words of the question and the framework; they are never names.
    """
    masked: list[Token] = []
    first = True
    uncased = False
    names = _named_elsewhere(tokens, known_word, context)
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if first:
            uncased = not token.capital
        if length := _age_length(tokens, index):
            run = tokens[index : index + length]
            _add(masked, _placeholder(run, AGE, name=False))
        elif length := _two_words(tokens, index):
            _add(masked, _placeholder(tokens[index : index + length], NAME, name=True))
        elif (
            _known_as(token, names, known_word)
            or _is_name(tokens, index, first, known_word, context)
            or (uncased and _may_be_name(token, known_word, context))
        ):
            length = 1
            _add(masked, _placeholder(tokens[index : index + 1], NAME, name=True))
        else:
            length = 1
            _add(masked, _neutral(tokens[index]))
        first = tokens[index + length - 1].ends in {".", "?"}
        index += length
    return [_article(token) for token in masked]


def _named_elsewhere(
    tokens: Sequence[Token], known_word: Callable[[str], bool], context: Collection[str]
) -> frozenset[str]:
    """Words that a capital within a sentence shows to be names."""
    starts = {0, *(i + 1 for i, token in enumerate(tokens) if token.ends in {".", "?"})}
    found = {
        token.text.removesuffix("'s")
        for index, token in enumerate(tokens)
        if token.capital and index not in starts
        if _is_name(tokens, index, False, known_word, context)
    }
    return frozenset(word for word in found if word not in TITLES)


def _known_as(token: Token, names: Collection[str], known_word: Callable[[str], bool]) -> bool:
    """A name by its capital elsewhere: what is a word too must have one here."""
    text = token.text.removesuffix("'s")
    return text in names and (token.capital or not known_word(text))


def _may_be_name(token: Token, known_word: Callable[[str], bool], context: Collection[str]) -> bool:
    """In a sentence without a capital, what no list of words knows, unless it looks misspelt."""
    text = token.text.removesuffix("'s")
    if text in GIVEN_NAMES:
        return True
    return not (
        known_word(text)
        or text in context
        or text in STOPWORDS
        or text in RELATION_CUES
        or "'" in text
        or text[:1].isdigit()
        or text.endswith(_ENDINGS)
        or (text.endswith("s") and known_word(text[:-1]))
    )


def _is_i(token: Token) -> bool:
    return token.text.split("'")[0] == "i"


def _two_words(tokens: Sequence[Token], index: int) -> int:
    """2 where a group of two words begins here, else 0."""
    pair = tokens[index : index + 2]
    if len(pair) < 2 or pair[0].ends:
        return 0
    return 2 if (pair[0].text, pair[1].text.removesuffix("'s")) in TWO_WORDS else 0


def _placeholder(run: Sequence[Token], text: str, *, name: bool) -> Token:
    return replace(
        run[-1],
        said=" ".join(token.said for token in run),
        text=text,
        span=Span(run[0].span.start_ms, run[-1].span.end_ms),
        capital=name,
        name=name,
    )


def _add(masked: list[Token], token: Token) -> None:
    """Joins a name to the name, title, age or article just before it within the same phrase."""
    article = bool(masked) and masked[-1].text == "the" and not masked[-1].ends
    if masked and token.name and ((masked[-1].name and not masked[-1].ends) or article):
        masked[-1] = _placeholder((masked[-1], token), NAME, name=True)
    elif masked and token.text == AGE and masked[-1].text == AGE and not masked[-1].ends:
        masked[-1] = _placeholder((masked[-1], token), AGE, name=False)
    else:
        masked.append(token)


def _neutral(token: Token) -> Token:
    text, tail = token.text, ""
    if text.endswith("'s"):
        text, tail = text[:-2], "'s"
    if text in HE_SHE:
        return replace(token, text="they" + tail)
    if text in HIS_HER:
        return replace(token, text="their")
    if text in REFLEXIVE:
        return replace(token, text="themselves")
    if text in NEUTRAL_NOUNS:
        return replace(token, text=NEUTRAL_NOUNS[text] + tail)
    return token


def _article(token: Token) -> Token:
    """ "a Nigerian" and "an American" must look the same."""
    return replace(token, text="a") if token.text == "an" else token


def _is_name(
    tokens: Sequence[Token],
    index: int,
    first: bool,
    known_word: Callable[[str], bool],
    context: Collection[str],
) -> bool:
    token = tokens[index]
    text = token.text.removesuffix("'s")
    if text in TITLES:
        return index + 1 < len(tokens) and not tokens[index].ends and tokens[index + 1].capital
    if text in _GROUPS:
        return True
    if text in context or _is_i(token) or text in MONTHS_AND_DAYS:
        return False
    if text[:1].isdigit() or text in STOPWORDS:
        return False
    if token.capital and not first:
        return True
    if text in GIVEN_NAMES:
        return token.capital or not known_word(text) or _named_before(tokens, index)
    if first and token.capital:
        if text in AMBIGUOUS_NAMES:
            return _acts(tokens, index) or _with_me(tokens, index)
        if _looks_foreign(text) or ("'" not in text and not known_word(text)):
            return True
        return _speaks(tokens, index) or _with_me(tokens, index)
    return _named_before(tokens, index) and not known_word(text)


def _looks_foreign(text: str) -> bool:
    """ "o'brien", "d'angelo": no contraction has so much behind its apostrophe."""
    head, _, tail = text.partition("'")
    return len(head) == 1 and len(tail) > 2


def _named_before(tokens: Sequence[Token], index: int) -> bool:
    return index > 0 and (
        NEUTRAL_NOUNS.get(tokens[index - 1].text, tokens[index - 1].text) in RELATION_CUES
    )


def _acts(tokens: Sequence[Token], index: int) -> bool:
    if index + 1 >= len(tokens):
        return False
    following = tokens[index + 1].text
    return (
        following in AUXILIARIES
        or following in IRREGULAR_PAST
        or (following.endswith("ed") and len(following) > 4)
    )


def _speaks(tokens: Sequence[Token], index: int) -> bool:
    """ "Shepherd told me": one word, no more than one of it, does what only somebody does."""
    text = tokens[index].text
    plural = text.endswith("s") and not text.endswith("ss")
    if text in NO_NAMES or plural or text.endswith("ly") or tokens[index].ends:
        return False
    return index + 1 < len(tokens) and tokens[index + 1].text in PERSONAL_VERBS


def _with_me(tokens: Sequence[Token], index: int) -> bool:
    """ "Shepherd and I"."""
    after = [token.text for token in tokens[index + 1 : index + 3]]
    return not tokens[index].ends and after in (["and", "i"], ["and", "me"])


def _age_length(tokens: Sequence[Token], index: int) -> int:
    """How many tokens from here say an age; 0 for none."""
    text = tokens[index].text
    if text in AGE_WORDS or text in AGE_NOUNS or text in DECADES:
        return 1
    if text.endswith(("-year-old", "-years-old")):
        return 1
    if text == "age" and index + 2 < len(tokens) and tokens[index + 1].text == "of":
        count = _number_length(tokens, index + 2)
        return 2 + count if count else 0
    count = _number_length(tokens, index)
    if not count:
        return 0
    after = [token.text for token in tokens[index + count : index + count + 2]]
    if after[:1] in (["year"], ["years"]) and after[1:] == ["old"]:
        return count + 2
    if after[:1] in (["year-old"], ["years-old"]):
        return count + 1
    before = [token.text for token in tokens[max(0, index - 2) : index]]
    if before[1:] == ["of"] and before[0] in _PEOPLE:
        return count
    last = tokens[index + count - 1]
    personal = index > 0 and tokens[index - 1].text in _BE
    who = index > 1 and tokens[index - 2].text in {"i", "he", "she", "who"} | set(_BE)
    contracted = index > 0 and tokens[index - 1].text in {"i'm", "he's", "she's"}
    ends = bool(last.ends) or after[:1] in (["and"], ["now"], ["when"], ["but"], [])
    return count if ends and (contracted or (personal and who)) else 0


def _number_length(tokens: Sequence[Token], index: int) -> int:
    count = 0
    while index + count < len(tokens) and count < 3:
        token = tokens[index + count]
        if not (token.is_number or (count and token.text == "one")):
            break
        count += 1
        if tokens[index + count - 1].ends:
            break
    return count
