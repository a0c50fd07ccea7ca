"""From transcript words to tokens, sentences and the text that features may see."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from viva.scoring.domain.model import Answer, Evidence, Span
from viva.scoring.domain.numerals import BELOW_TWENTY, WHOLE_TENS

_CORE = re.compile(r"[^\W_](?:.*[^\W_]|)%?", re.DOTALL)
_ABBREVIATIONS = frozenset({"mr", "mrs", "ms", "dr", "st", "vs", "etc", "e.g", "i.e", "prof"})
_MAX_WORD_CHARACTERS = 60
_MAX_SENTENCE_TOKENS = 60
_LONG_PAUSE_MS = 1_500


@dataclass(frozen=True)
class Token:
    """One word as said, and as features see it.

    Attributes:
        said: original text with its punctuation, for quotes.
        text: lower-case core; after masking, a placeholder where it named a person or a group.
        capital: the core began with a capital letter.
        ends: "." at a sentence's end, "?" at a question's end, "," at a comma, else "".
        name: stands for one proper name of any kind, however many words it had.
    """

    said: str
    text: str
    answer_id: str
    span: Span
    capital: bool = False
    ends: str = ""
    name: bool = False

    @property
    def is_number(self) -> bool:
        """Digits, or a number in words that says more than "one"."""
        return self.text[:1].isdigit() or self.text.split("-")[0] in NUMBER_WORDS


_QUANTITIES = (
    "hundred hundreds thousand thousands million millions billion percent half quarter dozen twice "
    "double triple"
)
NUMBER_WORDS = frozenset([*BELOW_TWENTY[2:], *WHOLE_TENS, *_QUANTITIES.split()])

Sentence = tuple[Token, ...]


def tokens_of(answer: Answer) -> list[Token]:
    """The candidate's own words; what diarization gave to somebody else is left out."""
    found: list[Token] = []
    for word in answer.words:
        if word.dropped:
            continue
        for piece in word.text.replace("\u2019", "'").split():
            _append(found, piece[:_MAX_WORD_CHARACTERS], answer.answer_id, word.span)
    return found


def _append(found: list[Token], piece: str, answer_id: str, span: Span) -> None:
    match = _CORE.search(piece)
    if match is None:
        if found:
            found[-1] = replace(found[-1], ends=_ending(piece) or found[-1].ends)
        return
    core = match.group()
    text = core.lower()
    ends = "" if text in _ABBREVIATIONS else _ending(piece[match.end() :])
    found.append(Token(piece, text, answer_id, span, core[0].isupper(), ends))


def _ending(tail: str) -> str:
    if "?" in tail:
        return "?"
    if "." in tail or "!" in tail or "\u2026" in tail:
        return "."
    return "," if any(mark in tail for mark in ",;:") else ""


def sentences_of(tokens: Iterable[Token]) -> list[Sentence]:
    """Split at full stops, at long pauses and, as a last resort, at a length."""
    found: list[Sentence] = []
    current: list[Token] = []
    for token in tokens:
        if current and (
            token.answer_id != current[-1].answer_id
            or token.span.start_ms - current[-1].span.end_ms > _LONG_PAUSE_MS
            or len(current) >= _MAX_SENTENCE_TOKENS
        ):
            found.append(tuple(current))
            current = []
        current.append(token)
        if token.ends in {".", "?"}:
            found.append(tuple(current))
            current = []
    if current:
        found.append(tuple(current))
    return found


def plain(sentence: Iterable[Token]) -> str:
    """What models and patterns may read: masked, lower-case, single-spaced."""
    return " ".join(token.text for token in sentence)


def quote(tokens: Iterable[Token], limit: int = 240) -> Evidence:
    """The words as they were said, with their time; at least one token."""
    said = list(tokens)
    text = " ".join(token.said for token in said)
    if len(text) > limit:
        text = text[: limit - 1].rstrip() + "\u2026"
    return Evidence(said[0].answer_id, text, Span(said[0].span.start_ms, said[-1].span.end_ms))
