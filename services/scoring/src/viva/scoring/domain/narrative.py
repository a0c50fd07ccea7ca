"""What an answer tells: evidence in its sentences, each once, echoes and recitals left out.

Evidence must name something of its own: words that could stand in anybody's answer, and words of
the question or the framework, state nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from viva.scoring.domain.clauses import Act, Actor, Clause, acts_of, clauses_of, is_past
from viva.scoring.domain.cues import (
    AVERTED,
    NO_RESULT,
    OUTCOME_VERBS,
    RESULT,
    SITUATION,
    SOMEBODY_ELSE,
    TASK,
    WHEN,
)
from viva.scoring.domain.lexicon import HABITUAL, WHOLE_VERBS
from viva.scoring.domain.model import Evidence
from viva.scoring.domain.outcome import endings, tells_outcome
from viva.scoring.domain.stems import stem
from viva.scoring.domain.tokens import Sentence, plain, quote
from viva.scoring.domain.vague import concrete_stems, content_stems, says_what, words_stems

# A sentence of which so much is a prompt's, or so much is all prompts' together, is an echo.
_ECHO_OF_ONE = 0.7
_ECHO_OF_ALL = 0.8
_ECHO_MINIMUM = 3
_CONTEXT_TOKENS = 6
_OPENING_DETAILS = 2
_DETAILS_OF_A_STORY = 4
_WAS = frozenset({"was", "were", "had", "did", "didn't", "wasn't", "weren't", "hadn't"})


@dataclass
class Narrative:
    """Evidence by kind, in the order in which it was said.

    Attributes:
        sentences: that are no echo and hang together with what was asked.
        plain_acts: own ones that name nothing: "I did the steps".
        telling: those that state something.
        details: keys of the concrete words in the sentences.
        plain_results: results that name nothing; they count beside what was done for them.
        endings: results told where a story ends; of all results they are quoted first.
    """

    sentences: list[Sentence] = field(default_factory=list)
    situation: list[Evidence] = field(default_factory=list)
    task: list[Evidence] = field(default_factory=list)
    own_acts: list[Evidence] = field(default_factory=list)
    plain_acts: list[Evidence] = field(default_factory=list)
    shared_acts: list[Evidence] = field(default_factory=list)
    result: list[Evidence] = field(default_factory=list)
    measured_result: list[Evidence] = field(default_factory=list)
    numbers: list[Evidence] = field(default_factory=list)
    names: list[Evidence] = field(default_factory=list)
    times: list[Evidence] = field(default_factory=list)
    telling: list[Sentence] = field(default_factory=list)
    details: set[str] = field(default_factory=set)
    plain_results: list[Evidence] = field(default_factory=list)
    endings: list[Evidence] = field(default_factory=list)


@dataclass(frozen=True)
class Prompts:
    """Keys of the words that the candidate was given: the question, the anchors, the indicators."""

    each: tuple[frozenset[str], ...]
    together: frozenset[str]


def prompts_of(texts: Collection[str]) -> Prompts:
    """Reads the texts."""
    each = tuple(dict.fromkeys(words_stems(text) for text in texts))
    return Prompts(each, frozenset().union(*each))


def own_sentences(sentences: Sequence[Sentence], prompts: Prompts) -> list[Sentence]:
    """Those that neither echo a prompt nor repeat what was said before."""
    seen: set[frozenset[str]] = set()
    kept = []
    for sentence in sentences:
        words = content_stems(sentence)
        key = words or frozenset({plain(sentence)})
        if key in seen or _echoes(words, prompts):
            continue
        seen.add(key)
        kept.append(sentence)
    return kept


def read(sentences: Sequence[Sentence], prompts: Prompts) -> Narrative:
    """Collects the evidence.

    Args:
        sentences: masked, the candidate's own.
        prompts: words that make nothing concrete because the candidate was given them.
    """
    narrative = Narrative(sentences=list(sentences))
    told = [(sentence, acts_of(sentence)) for sentence in sentences]
    episode = any(act.past and not act.habitual for _, acts in told for act in acts)
    verbs: set[tuple[Actor, str]] = set()
    ending = endings([bool(acts) for _, acts in told])
    for place, (sentence, acts) in enumerate(told):
        real = [act for act in acts if (act.past or episode) and not act.habitual]
        states = [act for act in real if _says_something(act, prompts)]
        narrative.plain_acts.extend(
            quote(act.tokens) for act in real if act.actor is Actor.OWN and act not in states
        )
        _collect(narrative, sentence, states, prompts, verbs, ending=place in ending)
    narrative.result[:0] = narrative.endings
    acted = narrative.own_acts or narrative.shared_acts
    if acted or (narrative.plain_acts and len(narrative.details) >= _DETAILS_OF_A_STORY):
        narrative.result.extend(narrative.plain_results)
    return narrative


def _echoes(words: frozenset[str], prompts: Prompts) -> bool:
    if len(words) < _ECHO_MINIMUM:
        return False
    if len(words & prompts.together) >= _ECHO_OF_ALL * len(words):
        return True
    return any(
        len(echo) >= _ECHO_MINIMUM and len(words & echo) >= _ECHO_OF_ONE * len(words)
        for echo in prompts.each
    )


def _says_something(act: Act, prompts: Prompts) -> bool:
    """Names what was done to what: "called the client", not "handled the situation"."""
    if concrete_stems(act.objects, prompts.together):
        return True
    if not says_what(act.verb, prompts.together):
        return False
    return act.verb in WHOLE_VERBS or bool(content_stems(act.objects))


def _collect(
    narrative: Narrative,
    sentence: Sentence,
    acts: Sequence[Act],
    prompts: Prompts,
    verbs: set[tuple[Actor, str]],
    *,
    ending: bool,
) -> None:
    real = _real_text(sentence)
    details = concrete_stems(sentence, prompts.together)
    situation = _states_situation(narrative, sentence, real, details)
    task = bool(details) and TASK.search(real) is not None
    concrete = bool(details) or any(token.is_number for token in sentence)
    states = _states_result(sentence, real) or (ending and tells_outcome(sentence))
    result = states and concrete
    for act in acts:
        _add_act(narrative, act, verbs)
    said = quote(sentence)
    for holds, found in (
        (situation, narrative.situation),
        (task, narrative.task),
        (result, narrative.endings if ending else narrative.result),
    ):
        if holds:
            found.append(said)
    narrative.details |= details
    if states and not concrete:
        narrative.plain_results.append(said)
    if not (acts or situation or task or result):
        return
    narrative.telling.append(sentence)
    _collect_specifics(narrative, sentence, result=result)


def _add_act(narrative: Narrative, act: Act, verbs: set[tuple[Actor, str]]) -> None:
    key = (act.actor, stem(act.verb))
    if key in verbs:
        return
    verbs.add(key)
    acts = narrative.own_acts if act.actor is Actor.OWN else narrative.shared_acts
    acts.append(quote(act.tokens))


def _real_text(sentence: Sentence) -> str:
    """The clauses that assert something."""
    return " ".join(plain(c.tokens) for c in clauses_of(sentence) if not c.hypothetical)


def _states_situation(
    narrative: Narrative, sentence: Sentence, real: str, details: frozenset[str]
) -> bool:
    """A cue with something concrete, or a first sentence that tells what was the case."""
    texts = {token.text for token in sentence}
    past = any(text in _WAS or is_past(text) for text in texts)
    if not (details and past) or texts & HABITUAL:
        return False
    opens = sentence == narrative.sentences[0] and len(details) >= _OPENING_DETAILS
    return SITUATION.search(real) is not None or (opens and bool(real))


def _states_result(sentence: Sentence, real: str) -> bool:
    if NO_RESULT.search(real):
        return False
    if AVERTED.search(real):
        return True
    return any(_clause_states_result(clause) for clause in clauses_of(sentence))


def _clause_states_result(clause: Clause) -> bool:
    if clause.hypothetical or clause.negated:
        return False
    if RESULT.search(plain(clause.tokens)):
        return True
    texts = {token.text for token in clause.tokens}
    return bool(texts & OUTCOME_VERBS) and not texts & SOMEBODY_ELSE


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
