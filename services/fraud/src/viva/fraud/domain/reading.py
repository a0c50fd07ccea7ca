"""Reading aloud, told by contrast with the candidate's own warm-up.

Read speech pauses where clauses end, keeps its rate and is seldom mended; spontaneous speech pauses
anywhere, varies and repairs itself. People differ more from each other than the two kinds do, so a
candidate is compared with nobody but themselves. No language model judges the text: such judges
accuse those who speak a second language.
"""

from collections.abc import Sequence
from functools import reduce
from operator import add

from viva.fraud.domain.fluency import Manner, manner_of
from viva.fraud.domain.model import Answer, Evidence, Feature, Kind, Signal, Span
from viva.fraud.domain.rules import READING, ReadingRules

_QUOTE_WORDS = 14
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
    """Contrasts the answers with the warm-up."""
    spoken = [answer for answer in answers if not answer.typed]
    warm_up = _sum([manner_of(a, rules.pause_ms) for a in spoken if a.warm_up])
    told = [(a, manner_of(a, rules.pause_ms)) for a in spoken if not a.warm_up]
    manner = _sum([one for _, one in told])
    features = (*_features("answers", manner), *_features("warm_up", warm_up))
    if lacking := _lacking(warm_up, manner, rules):
        return Signal(Kind.READING_DETECTED, None, rules.threshold, lacking, features=features)
    score = contrast(manner, warm_up, rules)
    signal = Signal(
        Kind.READING_DETECTED,
        round(score, 4),
        rules.threshold,
        _explanation(manner, warm_up),
        features=features,
    )
    if not signal.flagged:
        return signal
    ranked = sorted(told, key=lambda pair: -contrast(pair[1], warm_up, rules))
    evidence = tuple(_quote(answer) for answer, one in ranked if one.words)[:_MAX_EVIDENCE]
    return Signal(
        signal.kind, signal.score, signal.threshold, signal.explanation, evidence, features
    )


def contrast(manner: Manner, warm_up: Manner, rules: ReadingRules = READING) -> float:
    """0 (as in the warm-up, or more spontaneous) to 1 (read in every cue)."""
    return max(
        0.0,
        rules.boundary_weight
        * _cut((manner.boundary_share - warm_up.boundary_share) / rules.boundary_scale)
        + rules.steadiness_weight
        * _cut((warm_up.unsteadiness - manner.unsteadiness) / rules.steadiness_scale)
        + rules.repair_weight
        * _cut((warm_up.repairs_per_100_words - manner.repairs_per_100_words) / rules.repair_scale),
    )


def _lacking(warm_up: Manner, manner: Manner, rules: ReadingRules) -> str:
    if not warm_up.words:
        return "No spoken warm-up to compare with."
    if warm_up.words < rules.min_warm_up_words or warm_up.pauses < rules.min_warm_up_pauses:
        return "The warm-up is too short to compare with."
    if manner.words < rules.min_words or manner.pauses < rules.min_pauses:
        return "The answers are too short to judge."
    return ""


def _explanation(manner: Manner, warm_up: Manner) -> str:
    return (
        f"Pauses between clauses: {manner.boundary_share:.0%} in the answers,"
        f" {warm_up.boundary_share:.0%} in the warm-up. Variation of the rate:"
        f" {manner.unsteadiness:.2f} against {warm_up.unsteadiness:.2f}. Repairs per 100 words:"
        f" {manner.repairs_per_100_words:.1f} against {warm_up.repairs_per_100_words:.1f}."
    )


def _features(prefix: str, manner: Manner) -> tuple[Feature, ...]:
    return (
        Feature(f"{prefix}_boundary_pauses", round(manner.boundary_share, 4), "share"),
        Feature(f"{prefix}_rate_variation", round(manner.unsteadiness, 4), "cv"),
        Feature(f"{prefix}_repairs", round(manner.repairs_per_100_words, 4), "1/100 words"),
        Feature(f"{prefix}_pauses", float(manner.pauses), "count"),
    )


def _quote(answer: Answer) -> Evidence:
    words = [word for word in answer.words if not word.dropped]
    shown = words[:_QUOTE_WORDS]
    text = " ".join(word.text for word in shown) + ("\u2026" if len(words) > len(shown) else "")
    span = Span(words[0].span.start_ms, words[-1].span.end_ms)
    return Evidence(answer.answer_id, text, span)


def _sum(manners: Sequence[Manner]) -> Manner:
    return reduce(add, manners, Manner())


def _cut(value: float) -> float:
    return min(1.0, max(-1.0, value))
