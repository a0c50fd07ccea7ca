"""How long to wait after the last voiced sample before the turn is taken as complete.

The end-of-turn model alone calls a quarter of the unfinished turns complete, so its probability is
weighed with what else is known, on the log-odds scale; the wait falls from ``longest`` to
``shortest`` as the odds rise. Every summand has a name, and the reason lists those that counted.
"""

import math
from dataclasses import dataclass

from viva.session.domain.conversation import cues


@dataclass(frozen=True)
class TurnEvidence:
    """What is known at a pause."""

    # None until the model has answered.
    probability: float | None
    # Live text up to the pause; None where it is not there (yet).
    text: str | None
    voiced_ms: int
    # How much is usually said to such a question.
    expected_ms: int
    # The speaker's own pauses that were no end, in ms.
    pauses: tuple[int, ...] = ()
    # Live text cannot be waited for.
    text_missing: bool = False


@dataclass(frozen=True)
class TurnWait:
    """The wait, whether the decision is a sure one, and why."""

    ms: int
    sure: bool
    reason: str


@dataclass(frozen=True)
class TurnCurve:
    """The constants of the rule; the benchmark draws its curve by moving them."""

    shortest_ms: int = 200
    longest_ms: int = 2_600
    unjudged_ms: int = 2_600
    # Log-odds at which the wait is halfway.
    middle: float = 2.2
    steepness: float = 1.1
    sure: float = 3.5
    bias: float = 0.0
    open_end: float = -4.0
    closed_end: float = 1.2
    no_text: float = -0.6
    brief: float = -1.2
    pausing: float = -0.5
    short_text_ms: int = 900


DEFAULT_CURVE = TurnCurve()
_CLIP = 0.002
_BRIEF_SHARE = 0.15
_LONG_PAUSE_MS = 700
_SHORT_ANSWER_MS = 2_500
_SURE_EXTRA_MS = 150


def turn_wait(evidence: TurnEvidence, curve: TurnCurve = DEFAULT_CURVE) -> TurnWait:
    """The wait for this evidence."""
    if evidence.probability is None:
        return TurnWait(curve.unjudged_ms, sure=False, reason="unjudged")
    clipped = min(1 - _CLIP, max(_CLIP, evidence.probability))
    odds = math.log(clipped / (1 - clipped)) + curve.bias
    reasons = [f"model {evidence.probability:.2f}"]
    for name, weight in _summands(evidence, curve):
        odds += weight
        reasons.append(name)
    share = 1 / (1 + math.exp(curve.steepness * (odds - curve.middle)))
    wait = curve.shortest_ms + (curve.longest_ms - curve.shortest_ms) * share
    awaited = evidence.text is None and not evidence.text_missing
    if awaited and evidence.voiced_ms < _SHORT_ANSWER_MS:
        # So short an answer may be "please repeat" or "um": its words decide.
        wait = max(wait, curve.short_text_ms)
        reasons.append("short, waits for text")
    sure = odds >= curve.sure or wait <= curve.shortest_ms + _SURE_EXTRA_MS
    return TurnWait(round(wait), sure=sure, reason=", ".join(reasons))


def _summands(evidence: TurnEvidence, curve: TurnCurve) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = []
    if evidence.text is None:
        found.append(("no text", curve.no_text))
    elif cues.ends_open(evidence.text):
        found.append(("ends open", curve.open_end))
    elif cues.ends_closed(evidence.text):
        found.append(("ends closed", curve.closed_end))
    if evidence.voiced_ms < _BRIEF_SHARE * evidence.expected_ms:
        found.append(("brief so far", curve.brief))
    long_pauses = sum(1 for pause in evidence.pauses if pause >= _LONG_PAUSE_MS)
    if long_pauses:
        found.append((f"{long_pauses} long pauses before", curve.pausing * min(4, long_pauses)))
    return found
