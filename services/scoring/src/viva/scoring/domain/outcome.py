"""How a story came out: what became of things and of others once the candidate had acted.

Few people say "as a result". They tell what was the case afterwards, behind their own acts and
near the end: "By noon the queue was gone", "She still sends us postcards". There a clause whose
subject is not the candidate states an outcome, by its place and its tense.
"""

from collections.abc import Collection, Sequence

from viva.scoring.domain.clauses import Clause, clauses_of, is_past
from viva.scoring.domain.cues import AFTERWARDS, BAD_ENDING, NO_MORE, UNDER_WAY
from viva.scoring.domain.lexicon import (
    ADVERBS,
    AUXILIARIES,
    FILLERS,
    OPENERS,
    PAST_OF_OTHERS,
    SAYING_VERBS,
    THINKING_VERBS,
)
from viva.scoring.domain.tokens import Sentence, plain

_LEAD = OPENERS | ADVERBS | FILLERS | {"or"}
_NO_SUBJECT = frozenset({"who", "which", "with"})
_POSSIBLE = "could"
# Talk, thoughts and what the team does are the middle of a story, unless they are told of later.
_TALK = SAYING_VERBS | THINKING_VERBS | {"replied"}
_IN_BETWEEN = _TALK | {"we"}


def endings(acting: Sequence[bool]) -> range:
    """Places where outcomes may stand: in the second half, behind all acts but perhaps the last.

    Args:
        acting: of each sentence, whether it tells an act of the candidate or their team.
    """
    acts = [place for place, acts in enumerate(acting) if acts]
    if not acts:
        return range(0)
    return range(max(acts[-2:][0] + 1, len(acting) // 2), len(acting))


def tells_outcome(sentence: Sentence) -> bool:
    """Whether a sentence in such a place tells what came of the acts."""
    real = [clause for clause in clauses_of(sentence) if _is_real(clause)]
    if NO_MORE.search(" ".join(plain(clause.tokens) for clause in real)):
        return True
    for clause in real:
        if _states(clause):
            return True
        if _TALK & {token.text for token in clause.tokens}:
            # What follows is what was said.
            return False
    return False


def _is_real(clause: Clause) -> bool:
    """ "She could hand it in" tells what came to be possible."""
    possible = any(token.text == _POSSIBLE for token in clause.tokens)
    return not (clause.unreal or (clause.modal and not possible))


def _states(clause: Clause) -> bool:
    text = plain(clause.tokens)
    words = [token.text for token in clause.tokens]
    said = {word.split("'", maxsplit=1)[0] for word in words}
    if clause.negated or "i" in said or _goes_on(words) or BAD_ENDING.search(text):
        return False
    if AFTERWARDS.search(text):
        return any(_is_verb(word) for word in words)
    if said & _IN_BETWEEN or UNDER_WAY.search(text):
        return False
    return any(_is_past(word) for word in words)


def _goes_on(words: Collection[str]) -> bool:
    """Whether it has no subject of its own: "and drew it on the map" is still the candidate."""
    rest = [word for word in words if word not in _LEAD]
    return not rest or rest[0] in _NO_SUBJECT or _is_past(rest[0])


def _is_past(word: str) -> bool:
    return is_past(word) or word in PAST_OF_OTHERS or word == _POSSIBLE


def _is_verb(word: str) -> bool:
    """Of the past or, as in "she still sends us postcards", of today."""
    return _is_past(word) or word in AUXILIARIES or (len(word) > 3 and word.endswith("s"))
