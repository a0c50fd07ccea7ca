"""How long an interview takes at most where its order does not say."""

from viva.gateway.domain.interview import Accommodations, Channel, Limits
from viva.gateway.domain.library import QuestionSet

_GREETING_AND_GOODBYE_MS = 60_000
_ASKING_MS = 12_000
_GRACE_MS = {Channel.BROWSER: 30_000, Channel.PHONE: 90_000}
"""A telephone has to ring again."""
_SHORTEST_MS = 900_000
_LONGEST_MS = 3_600_000


def usual_limits(
    question_set: QuestionSet,
    accommodations: Accommodations,
    channel: Channel = Channel.BROWSER,
) -> Limits:
    """Adds up what every question may take, follow-ups and accommodations included."""
    total = _GREETING_AND_GOODBYE_MS
    for question in question_set.questions:
        asked = 1 + min(question.max_follow_ups, len(question.follow_ups))
        total += asked * (_ASKING_MS + question.thinking_time_ms + question.answer_limit_ms)
    factor = accommodations.thinking_time_factor
    total_ms = min(max(total, _SHORTEST_MS), _LONGEST_MS)
    return Limits(total_ms=int(total_ms * factor), grace_ms=int(_GRACE_MS[channel] * factor))
