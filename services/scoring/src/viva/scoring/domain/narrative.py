"""What an answer tells: evidence in its sentences, each once, echoes and recitals left out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from viva.scoring.domain.clauses import Act, Actor, acts_of, clauses_of
from viva.scoring.domain.cues import (
    AVERTED,
    NO_RESULT,
    OUTCOME_VERBS,
    RESULT,
    SITUATION,
    TASK,
    WHEN,
)
from viva.scoring.domain.lexicon import STOPWORDS
from viva.scoring.domain.model import Evidence
from viva.scoring.domain.tokens import Sentence, plain, quote

_ECHO_SHARE = 0.7
_ECHO_MINIMUM = 3
_CONTEXT_TOKENS = 6


@dataclass
class Narrative:
    """Evidence by kind, in the order in which it was said."""

    sentences: list[Sentence] = field(default_factory=list)
    situation: list[Evidence] = field(default_factory=list)
    task: list[Evidence] = field(default_factory=list)
    own_acts: list[Evidence] = field(default_factory=list)
    shared_acts: list[Evidence] = field(default_factory=list)
    result: list[Evidence] = field(default_factory=list)
    measured_result: list[Evidence] = field(default_factory=list)
    numbers: list[Evidence] = field(default_factory=list)
    names: list[Evidence] = field(default_factory=list)
    times: list[Evidence] = field(default_factory=list)
    telling: list[Sentence] = field(default_factory=list)


def content_words(text: str) -> frozenset[str]:
    """Lower-case words that carry content."""
    cleaned = (word.strip(".,;:!?\"'()").lower() for word in text.split())
    return frozenset(word for word in cleaned if len(word) > 2 and word not in STOPWORDS)


def read(sentences: Sequence[Sentence], prompts: Collection[str]) -> Narrative:
    """Collects the evidence.

    Args:
        sentences: masked.
        prompts: texts that the candidate did not write (the question, the anchors); a sentence
            that mostly repeats one of them is no evidence, and neither is one said before.
    """
    echoes = [words for words in map(content_words, prompts) if len(words) >= _ECHO_MINIMUM]
    narrative = Narrative()
    seen: set[frozenset[str]] = set()
    verbs: set[tuple[Actor, str]] = set()
    for sentence in sentences:
        words = content_words(plain(sentence))
        key = words or frozenset({plain(sentence)})
        if key in seen or _echoes(words, echoes):
            continue
        seen.add(key)
        narrative.sentences.append(sentence)
        _collect(narrative, sentence, verbs)
    return narrative


def _echoes(words: frozenset[str], echoes: Sequence[frozenset[str]]) -> bool:
    if len(words) < _ECHO_MINIMUM:
        return False
    return any(len(words & echo) >= _ECHO_SHARE * len(words) for echo in echoes)


def _collect(narrative: Narrative, sentence: Sentence, verbs: set[tuple[Actor, str]]) -> None:
    acts = acts_of(sentence)
    real = _real_text(sentence)
    situation, task = SITUATION.search(real), TASK.search(real)
    result = _states_result(sentence, real)
    for act in acts:
        _add_act(narrative, act, verbs)
    said = quote(sentence)
    if situation:
        narrative.situation.append(said)
    if task:
        narrative.task.append(said)
    if result:
        narrative.result.append(said)
    if not (acts or situation or task or result):
        return
    narrative.telling.append(sentence)
    _collect_specifics(narrative, sentence, result=result)


def _add_act(narrative: Narrative, act: Act, verbs: set[tuple[Actor, str]]) -> None:
    if (act.actor, act.verb) in verbs:
        return
    verbs.add((act.actor, act.verb))
    acts = narrative.own_acts if act.actor is Actor.OWN else narrative.shared_acts
    acts.append(quote(act.tokens))


def _real_text(sentence: Sentence) -> str:
    """The clauses that assert something."""
    return " ".join(plain(c.tokens) for c in clauses_of(sentence) if not c.hypothetical)


def _states_result(sentence: Sentence, real: str) -> bool:
    if NO_RESULT.search(real):
        return False
    if AVERTED.search(real):
        return True
    for clause in clauses_of(sentence):
        if clause.hypothetical or clause.negated:
            continue
        text = plain(clause.tokens)
        if RESULT.search(text):
            return any(not c.negated and not c.hypothetical for c in clauses_of(sentence))
        if any(token.text in OUTCOME_VERBS for token in clause.tokens):
            return True
    return False


def _collect_specifics(narrative: Narrative, sentence: Sentence, *, result: bool) -> None:
    numbers = [i for i, token in enumerate(sentence) if token.is_number]
    names = [i for i, token in enumerate(sentence) if token.name]
    if numbers:
        narrative.numbers.append(_around(sentence, numbers[0]))
        if result:
            narrative.measured_result.append(_around(sentence, numbers[0]))
    if names:
        narrative.names.append(_around(sentence, names[0]))
    if WHEN.search(plain(sentence)):
        narrative.times.append(quote(sentence))


def _around(sentence: Sentence, index: int) -> Evidence:
    return quote(sentence[max(0, index - _CONTEXT_TOKENS) : index + _CONTEXT_TOKENS + 1])
