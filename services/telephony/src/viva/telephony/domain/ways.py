"""How calls end, whoever carries them."""

import enum


class HangUp(enum.Enum):
    """Why an answered call is over."""

    PERSON = "person"  # the other side hung up
    OURS = "ours"  # we did
    LINE = "line"  # the network, the carrier or the worker lost it
    LIMIT = "limit"  # the longest duration was reached


class NotAnswered(enum.Enum):
    """Why a call never became a conversation."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    VOICEMAIL = "voicemail"
    REJECTED = "rejected"  # the number does not exist, or the other side declined
    FAILED = "failed"  # the network, the carrier or the trunk could not
