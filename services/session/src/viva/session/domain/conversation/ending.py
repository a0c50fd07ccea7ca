"""How a conversation can end."""

from enum import StrEnum


class EndedBy(StrEnum):
    """Why a conversation is over."""

    FINISHED = "finished"
    DROPPED = "dropped"
    TOTAL_LIMIT = "total_limit"
    CONSENT_REFUSED = "consent_refused"
    CANDIDATE_LEFT = "candidate_left"
    CANCELLED = "cancelled"
    SILENT = "silent"
