"""A competency's score from the evidence in one question's answers.

Points by evidence (behaviourally anchored: a situation, own acts, a result, specifics, the
framework's indicators), then caps that show as negative summands. Similarity decides how far the
answer is to the point, and which indicator a sentence shows that tells evidence anyway.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from viva.scoring.domain.additive import total
from viva.scoring.domain.coefficients import CompetencyPoints
from viva.scoring.domain.model import Contribution, Evidence, EvidenceKind, Scored, Span, Suggestion
from viva.scoring.domain.narrative import Narrative


@dataclass(frozen=True)
class Relevance:
    """How far the answer is to the point.

    Attributes:
        topical: near the subject of the question.
        fit: 0 where it answers another question, 1 where it answers this one; between them where
            that is not clear, so that no single word decides.
        closest: the sentence that is nearest to the question.
        compared: how it fits the question, where that is not 1.
    """

    topical: bool = True
    fit: float = 1.0
    closest: tuple[Evidence, ...] = ()
    compared: str = ""


@dataclass(frozen=True)
class Findings:
    """What was found for one competency, ready to be counted."""

    situation: tuple[Evidence, ...]
    task: tuple[Evidence, ...]
    own_acts: tuple[Evidence, ...]
    plain_acts: tuple[Evidence, ...]
    shared_acts: tuple[Evidence, ...]
    result: tuple[Evidence, ...]
    measured_result: tuple[Evidence, ...]
    numbers: tuple[Evidence, ...]
    names: tuple[Evidence, ...]
    times: tuple[Evidence, ...]
    indicators: tuple[tuple[str, Evidence], ...]
    indicators_known: int
    relevance: Relevance
    details: int = 1000


# Acts of one's own beside which vague ones and the team's add nothing.
_ENOUGH_ACTS = 2
_FULL = 1000
# Stands for evidence that was not given, where a gain is counted.
_MARK = Evidence("", "", Span(0, 0))


def findings(
    narrative: Narrative,
    indicators: Sequence[tuple[str, Evidence]],
    indicators_known: int,
    relevance: Relevance,
) -> Findings:
    """Joins what the answer tells with what similarity found."""
    return Findings(
        situation=tuple(narrative.situation),
        task=tuple(narrative.task),
        own_acts=tuple(narrative.own_acts),
        plain_acts=tuple(narrative.plain_acts),
        shared_acts=tuple(narrative.shared_acts),
        result=tuple(narrative.result),
        measured_result=tuple(narrative.measured_result),
        numbers=tuple(narrative.numbers),
        names=tuple(narrative.names),
        times=tuple(narrative.times),
        indicators=tuple(indicators),
        indicators_known=indicators_known,
        relevance=relevance,
        details=len(narrative.details),
    )


def score(
    found: Findings, points: CompetencyPoints, factors: Mapping[str, float] | None = None
) -> Scored:
    """0 to 1000 tenths with contributions that add up to it, and what would have raised it.

    Args:
        factors: of a calibration, by code of evidence; a kind without one counts as shipped.
    """
    shipped = _evidence(found, points)
    summands = _summands(found, points, factors)
    tenths = total(summands)
    return Scored(
        tenths,
        contributions=tuple(s for s in summands if s.tenths or s.evidence),
        suggestions=tuple(_suggestions(found, points, tenths, factors)),
        shipped=tuple((summand.code, summand.tenths) for summand in shipped),
        cap=min((cap for _, _, holds, cap in _caps(found, points) if holds), default=_FULL),
    )


def missing_evidence(narrative: Narrative) -> tuple[EvidenceKind, ...]:
    """Which parts of a whole answer were not heard."""
    specific = bool(narrative.numbers) + bool(narrative.names) + bool(narrative.times)
    lacking = {
        EvidenceKind.SITUATION: not (narrative.situation or narrative.task),
        EvidenceKind.ACTION: not narrative.own_acts,
        EvidenceKind.RESULT: not narrative.result,
        EvidenceKind.SPECIFICS: specific < 2,
        EvidenceKind.ELABORATION: len(narrative.sentences) < 2,
    }
    return tuple(kind for kind, lacks in lacking.items() if lacks)


def _summands(
    found: Findings, points: CompetencyPoints, factors: Mapping[str, float] | None
) -> list[Contribution]:
    summands = [_weighed(summand, factors) for summand in _evidence(found, points)]
    over = total(summands) - _FULL
    if over > 0:
        summands.append(Contribution("limit", "No score passes 100", -over))
    for code, label, holds, cap in _caps(found, points):
        left = total(summands)
        if code == "relevance":
            cut = min(0, cap - left) if holds else 0
            summands.append(Contribution(code, label, cut, found.relevance.closest))
        elif holds and left > cap:
            summands.append(Contribution(code, label, cap - left))
    return summands


def _weighed(summand: Contribution, factors: Mapping[str, float] | None) -> Contribution:
    factor = 1.0 if factors is None else factors.get(summand.code, 1.0)
    return replace(summand, tenths=math.floor(summand.tenths * factor + 0.5))


def _caps(found: Findings, points: CompetencyPoints) -> tuple[tuple[str, str, bool, int], ...]:
    """What bounds the score: code, label, whether it holds, tenths."""
    cap, label = _bound(found.relevance, points)
    shared = points.cap_shared if len(found.shared_acts) > 1 else points.cap_no_act
    few = found.details < points.details_needed
    return (
        ("relevance", label, True, cap),
        ("no_action", "No act of the candidate is stated", not found.own_acts, shared),
        ("no_detail", "Too little in it that can be checked", few, points.cap_no_detail),
    )


def _bound(relevance: Relevance, points: CompetencyPoints) -> tuple[int, str]:
    """What an answer so much to the point can reach in tenths, and why."""
    most = _FULL if relevance.topical else points.cap_partly
    cap = points.cap_off_topic + (most - points.cap_off_topic) * relevance.fit
    if relevance.fit == 0:
        label = "Not to the point"
    else:
        label = "Only partly to the point" if cap < _FULL else "To the point"
    because = f": {relevance.compared}" if relevance.compared else ""
    return math.floor(cap + 0.5), label + because


def _evidence(found: Findings, points: CompetencyPoints) -> list[Contribution]:
    needed = min(points.indicators_needed, found.indicators_known) or 1
    shown = min(len(found.indicators), needed)
    enough = len(found.own_acts) >= _ENOUGH_ACTS
    plain, shared = ((), ()) if enough else (found.plain_acts, found.shared_acts)
    return [
        _one("situation", "Situation described", points.situation, found.situation),
        _one("task", "Own task or goal stated", points.task, found.task),
        _several("own_action", "What the candidate did", points.own_acts, found.own_acts),
        _several("plain_action", "Acts that name nothing", points.plain_acts, plain),
        _several("shared_action", "What the team did", points.shared_acts, shared),
        _one("result", "Result stated", points.result, found.result),
        _one("measured_result", "Result in numbers", points.measured_result, found.measured_result),
        _several("numbers", "Numbers", points.numbers, found.numbers),
        _several("names", "Named things", points.names, found.names),
        _one("time", "Time stated", points.time, found.times),
        Contribution(
            "indicators",
            "Indicators of the framework: " + "; ".join(t for t, _ in found.indicators[:needed])
            if shown
            else "Indicators of the framework",
            points.indicators * shown // needed,
            tuple(evidence for _, evidence in found.indicators[:needed]),
        ),
    ]


def _one(code: str, label: str, tenths: int, evidence: tuple[Evidence, ...]) -> Contribution:
    return Contribution(code, label, tenths if evidence else 0, evidence[:1])


def _several(
    code: str, label: str, steps: tuple[int, ...], evidence: tuple[Evidence, ...]
) -> Contribution:
    shown = evidence[: len(steps)]
    return Contribution(code, label, sum(steps[: len(shown)]), shown)


def _suggestions(
    found: Findings,
    points: CompetencyPoints,
    tenths: int,
    factors: Mapping[str, float] | None,
) -> list[Suggestion]:
    """Gains by counting again with one more piece of evidence, largest first."""
    one = (_MARK,)
    options = {
        "with a described situation": replace(found, situation=found.situation or one),
        "with the own task or goal stated": replace(found, task=found.task or one),
        "with one more thing that the candidate did": replace(found, own_acts=found.own_acts + one),
        "with a stated result": replace(found, result=found.result or one),
        "with a result in numbers": replace(
            found, result=found.result or one, measured_result=found.measured_result or one
        ),
        "with a number": replace(found, numbers=found.numbers + one),
        "with a named person, tool or place": replace(found, names=found.names + one),
        "with when it happened": replace(found, times=found.times or one),
        "with more that can be checked": replace(
            found, details=max(found.details, points.details_needed)
        ),
        "with an answer to the point": replace(found, relevance=Relevance()),
    }
    gains = [
        (total(_summands(option, points, factors)) - tenths, place, text)
        for place, (text, option) in enumerate(options.items())
    ]
    best = sorted(((-gain, place, text) for gain, place, text in gains if gain > 0))[:3]
    return [Suggestion(-gain, text) for gain, _, text in best]
