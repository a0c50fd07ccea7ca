"""How long to wait after the last voiced sample before the turn is taken as complete.

The end-of-turn model hears how a sentence ends, not whether the answer does: most sentences inside
an answer sound as complete as the last one. So its probability is weighed with what else is known,
on the log-odds scale: whether the text stops in mid-sentence or has come to a result, how much was
said for such a question, and the speaker's own pauses so far. The wait falls from ``longest`` to
``shortest`` as the odds rise; both follow the speaker's pauses, because a sentence that tells a
result is the last one only half of the time. Every summand has a name, and the reason lists those
that counted.
"""

import math
from dataclasses import dataclass
from statistics import median

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
    # A warm-up or a follow-up: answers are short, and little is lost by an early reply.
    minor: bool = False
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
    """The constants of the rule; the benchmark draws its curve by moving ``bias``."""

    shortest_ms: int = 220
    longest_ms: int = 2_200
    longest_minor_ms: int = 1_300
    unjudged_ms: int = 1_800
    # Log-odds at which the wait is halfway, and how fast it falls there.
    middle: float = 2.6
    steepness: float = 2.0
    # Sure is what tells so much for an end, of somebody whose own pauses are no longer.
    sure: float = 4.0
    sure_pause_ms: int = 600
    bias: float = 0.0
    open_end: float = -4.0
    result: float = 2.2
    farewell: float = 3.0
    no_result: float = -2.0
    no_text: float = -1.0
    text_missing: float = -0.5
    brief: float = -2.5
    pausing: float = -0.4
    # A speaker who paused so long before may pause a little longer, but hardly much longer.
    pause_factor: float = 1.25
    pause_margin_ms: int = 200
    pauses_known: int = 6
    least_longest_ms: int = 900
    # However much speaks for an end, what this speaker usually pauses is waited for.
    usual_pause_share: float = 1.0
    longest_pause_share: float = 0.6
    longest_of_all_ms: int = 2_800
    # Text is there a quarter of a second after it was asked for; a busy machine takes longer.
    text_ms: int = 600
    short_text_ms: int = 900


DEFAULT_CURVE = TurnCurve()
_CLIP = 0.002
_LONG_PAUSE_MS = 700
_MOST_PAUSES = 4
_ENOUGH_SHARE = 0.5
_SHORT_ANSWER_MS = 2_500


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
    longest = _longest(evidence, curve)
    shortest = min(longest, _shortest(evidence, curve))
    if shortest > curve.shortest_ms:
        reasons.append("usual pause")
    wait = shortest + (longest - shortest) * share
    if evidence.text is None and not evidence.text_missing:
        # Words tell more than sound does; of a short answer they may be "please repeat" or "um".
        short = evidence.voiced_ms < _SHORT_ANSWER_MS
        wait = max(wait, curve.short_text_ms if short else curve.text_ms)
        reasons.append("short, waits for text" if short else "waits for text")
    sure = odds >= curve.sure and shortest <= curve.sure_pause_ms
    return TurnWait(round(wait), sure=sure, reason=", ".join(reasons))


def _summands(evidence: TurnEvidence, curve: TurnCurve) -> list[tuple[str, float]]:
    found = [_by_text(evidence, curve)]
    enough = _enough(evidence)
    if enough < 1:
        found.append(("brief so far", curve.brief * (1 - enough)))
    long_pauses = sum(1 for pause in evidence.pauses if pause >= _LONG_PAUSE_MS)
    if long_pauses:
        weight = curve.pausing * min(_MOST_PAUSES, long_pauses)
        found.append((f"{long_pauses} long pauses before", weight))
    return found


def _by_text(evidence: TurnEvidence, curve: TurnCurve) -> tuple[str, float]:
    if evidence.text is None:
        if evidence.text_missing:
            return "text missing", curve.text_missing
        return "no text yet", curve.no_text
    if cues.ends_open(evidence.text):
        return "ends open", curve.open_end
    if cues.says_farewell(evidence.text):
        return "says that it is all", curve.farewell
    if cues.reaches_result(evidence.text):
        return "reaches a result", curve.result
    return "no result at its end", curve.no_result


def _shortest(evidence: TurnEvidence, curve: TurnCurve) -> float:
    """The wait where everything speaks for an end."""
    if not evidence.pauses or (evidence.text and cues.says_farewell(evidence.text)):
        return curve.shortest_ms
    usual = curve.usual_pause_share * median(evidence.pauses)
    own = max(curve.shortest_ms, usual, curve.longest_pause_share * max(evidence.pauses))
    return curve.shortest_ms + (own - curve.shortest_ms) * _known(evidence, curve)


def _longest(evidence: TurnEvidence, curve: TurnCurve) -> int:
    """The wait where nothing speaks for an end: by default, or by the speaker's own pauses.

    Who never paused for long is not kept waiting long, once a few pauses are known and enough was
    said for such a question; who did is given more time than the longest of them.
    """
    usual = curve.longest_minor_ms if evidence.minor else curve.longest_ms
    if not evidence.pauses:
        return usual
    own = curve.pause_factor * max(evidence.pauses) + curve.pause_margin_ms
    if own < usual:
        known = _known(evidence, curve) * _enough(evidence)
        own = max(curve.least_longest_ms, usual + (own - usual) * known)
    return min(round(own), curve.longest_of_all_ms)


def _known(evidence: TurnEvidence, curve: TurnCurve) -> float:
    """How well the speaker's pauses are known, 0 to 1."""
    return min(1.0, len(evidence.pauses) / curve.pauses_known)


def _enough(evidence: TurnEvidence) -> float:
    """How much of what a whole answer takes was said, 0 to 1."""
    return min(1.0, evidence.voiced_ms / (_ENOUGH_SHARE * evidence.expected_ms))
