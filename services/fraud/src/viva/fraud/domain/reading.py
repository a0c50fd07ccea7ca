"""Reading aloud, told by contrast with the candidate's own warm-up.

Read speech pauses where clauses end, is seldom mended, and keeps its rate and its pauses' length;
spontaneous speech pauses anywhere, fills its pauses, repairs itself and varies. People differ more
from each other than the two kinds do, so a candidate is compared with nobody but themselves. No
language model judges the text: such judges accuse those who speak a second language.
"""

from collections.abc import Sequence
from functools import reduce
from operator import add

from viva.fraud.domain.manner import Manner, manner_of
from viva.fraud.domain.model import Answer, Evidence, Feature, Kind, Signal
from viva.fraud.domain.quoting import with_pauses
from viva.fraud.domain.rules import READING, ReadingRules

_MAX_EVIDENCE = 3


def of_answer(answer: Answer, rules: ReadingRules = READING) -> Signal:
    """One answer by itself: its figures, and no score, since there is nothing to compare with."""
    manner = manner_of(answer, rules.pause_ms)
    return Signal(
        Kind.READING_DETECTED,
        None,
        rules.threshold,
        "Judged at the interview's end, by contrast with the warm-up.",
        features=_features("answer", manner) if manner.words else (),
    )


def of_interview(answers: Sequence[Answer], rules: ReadingRules = READING) -> Signal:
    """Contrasts all answers together with the warm-up."""
    warm_up, told = _told(answers, rules)
    manner = _sum([one for _, one in told])
    signal = _judged(manner, warm_up, "answers", rules)
    if not signal.flagged:
        return signal
    ranked = sorted(told, key=lambda pair: -contrast(pair[1], warm_up, rules))
    shown = [answer for answer, one in ranked if one.words][:_MAX_EVIDENCE]
    shown += [answer for answer in answers if answer.warm_up and not answer.typed][:1]
    quotes = (with_pauses(answer, manner_of(answer, rules.pause_ms)) for answer in shown)
    evidence = tuple(quote for quote in quotes if quote is not None)
    return _with_evidence(signal, evidence)


def of_each(answers: Sequence[Answer], rules: ReadingRules = READING) -> list[Signal]:
    """Contrasts each answer by itself with the warm-up, in the answers' order.

    The warm-up, typed answers and what is too short have no score.
    """
    warm_up, told = _told(answers, rules)
    manners = {answer.answer_id: manner for answer, manner in told}
    signals = []
    for answer in answers:
        manner = manners.get(answer.answer_id)
        if manner is None:
            signals.append(of_answer(answer, rules))
            continue
        signal = _judged(manner, warm_up, "answer", rules)
        quote = with_pauses(answer, manner)
        if signal.flagged and quote is not None:
            signal = _with_evidence(signal, (quote,))
        signals.append(signal)
    return signals


def contrast(manner: Manner, warm_up: Manner, rules: ReadingRules = READING) -> float:
    """0 (as in the warm-up, or more spontaneous) to 1 (read in every cue)."""
    mended, mended_then = manner.repairs_per_100_words, warm_up.repairs_per_100_words
    cues = (
        rules.boundary_weight
        * _cut((manner.boundary_share - warm_up.boundary_share) / rules.boundary_scale),
        # Relative: who fills every tenth word in the warm-up may well fill every twelfth later.
        rules.repair_weight
        * _cut((mended_then - mended) / max(rules.repair_scale, mended, mended_then)),
        rules.steadiness_weight
        * _cut((warm_up.unsteadiness - manner.unsteadiness) / rules.steadiness_scale),
        rules.regularity_weight
        * _cut((warm_up.pause_variation - manner.pause_variation) / rules.regularity_scale),
    )
    return max(0.0, sum(cues))


def _told(
    answers: Sequence[Answer], rules: ReadingRules
) -> tuple[Manner, list[tuple[Answer, Manner]]]:
    """The warm-up's manner, and each spoken answer with its own."""
    spoken = [answer for answer in answers if not answer.typed]
    warm_up = _sum([manner_of(answer, rules.pause_ms) for answer in spoken if answer.warm_up])
    return warm_up, [(a, manner_of(a, rules.pause_ms)) for a in spoken if not a.warm_up]


def _judged(manner: Manner, warm_up: Manner, name: str, rules: ReadingRules) -> Signal:
    features = (*_features(name, manner), *_features("warm_up", warm_up))
    if lacking := _lacking(warm_up, manner, rules):
        return Signal(Kind.READING_DETECTED, None, rules.threshold, lacking, features=features)
    return Signal(
        Kind.READING_DETECTED,
        round(contrast(manner, warm_up, rules), 4),
        rules.threshold,
        _explanation(manner, warm_up),
        features=features,
    )


def _with_evidence(signal: Signal, evidence: tuple[Evidence, ...]) -> Signal:
    return Signal(
        signal.kind, signal.score, signal.threshold, signal.explanation, evidence, signal.features
    )


def _lacking(warm_up: Manner, manner: Manner, rules: ReadingRules) -> str:
    if not warm_up.words:
        return "No spoken warm-up to compare with."
    if warm_up.words < rules.min_warm_up_words or len(warm_up.pauses) < rules.min_warm_up_pauses:
        return "The warm-up is too short to compare with."
    if manner.words < rules.min_words or len(manner.pauses) < rules.min_pauses:
        return "Too little was said to judge."
    return ""


def _explanation(manner: Manner, warm_up: Manner) -> str:
    return (
        f"Pauses between clauses: {manner.boundary_pauses} of {len(manner.pauses)}, in the warm-up"
        f" {warm_up.boundary_pauses} of {len(warm_up.pauses)}. Fillers and repairs per 100 words:"
        f" {manner.repairs_per_100_words:.1f} against {warm_up.repairs_per_100_words:.1f}."
        f" Variation of the pauses' length: {manner.pause_variation:.2f} against"
        f" {warm_up.pause_variation:.2f}; of the rate: {manner.unsteadiness:.2f} against"
        f" {warm_up.unsteadiness:.2f}."
    )


def _features(prefix: str, manner: Manner) -> tuple[Feature, ...]:
    return (
        Feature(f"{prefix}_boundary_pauses", round(manner.boundary_share, 4), "share"),
        Feature(f"{prefix}_rate_variation", round(manner.unsteadiness, 4), "cv"),
        Feature(f"{prefix}_pause_variation", round(manner.pause_variation, 4), "cv"),
        Feature(f"{prefix}_repairs", round(manner.repairs_per_100_words, 4), "1/100 words"),
        Feature(f"{prefix}_fillers", float(manner.fillers), "count"),
        Feature(f"{prefix}_pauses", float(len(manner.pauses)), "count"),
    )


def _sum(manners: Sequence[Manner]) -> Manner:
    return reduce(add, manners, Manner())


def _cut(value: float) -> float:
    return min(1.0, max(-1.0, value))
