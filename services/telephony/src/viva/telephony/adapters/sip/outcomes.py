"""SIP's words for how a call went, in ours. Source: RFC 3261 section 21, RFC 8197, RFC 8688."""

import re

from viva.telephony.domain.calls import HangUp, NotAnswered

_BUSY = {486, 600}
_NO_ANSWER = {408, 480, 487}
_REJECTED = {403, 404, 410, 484, 603, 604, 607, 608}
_STATUS = re.compile(r"([1-6]\d\d)\b")
# What the stack says when a BYE came; everything else is a failure of its own or of the network.
_BYE = "reset by peer"


def why_not_answered(status: int | None, timed_out: bool = False) -> NotAnswered:
    """What a final answer other than 2xx means for the retry budget.

    Args:
        status: the SIP status; None where the network gave no answer.
        timed_out: it rang until our own limit.
    """
    if timed_out or status in _NO_ANSWER:
        return NotAnswered.NO_ANSWER
    if status in _BUSY:
        return NotAnswered.BUSY
    return NotAnswered.REJECTED if status in _REJECTED else NotAnswered.FAILED


def why_ended(close_text: str) -> HangUp:
    """Why an answered call that we did not end is over, by the stack's closing words."""
    return HangUp.PERSON if _BYE in close_text.lower() else HangUp.LINE


def status_of(text: str) -> int | None:
    """The SIP status that a text begins with."""
    found = _STATUS.match(text)
    return int(found.group(1)) if found else None
