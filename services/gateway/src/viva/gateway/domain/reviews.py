"""People's part: reviews of what the machine noticed, overrides of scores, the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from viva.gateway.domain.lifecycle import Status
from viva.gateway.domain.verdict import Verdict


class ReviewStatus(StrEnum):
    """Whether a person has decided."""

    OPEN = "open"
    DECIDED = "decided"


class Decision(StrEnum):
    """What a person found."""

    UPHELD = "upheld"
    DISMISSED = "dismissed"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True)
class Note:
    """A remark on a review."""

    text: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Review:
    """An interview that a person should look at."""

    id: str
    tenant_id: str
    test_mode: bool
    interview_id: str
    attempt: int
    reasons: tuple[str, ...]
    created_at: datetime
    status: ReviewStatus = ReviewStatus.OPEN
    decision: Decision | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Override:
    """A score that a person replaced; both values stay visible.

    Attributes:
        target: `overall_score`, `competencies.<key>`, `language.cefr` or `language.fluency`.
    """

    id: str
    interview_id: str
    attempt: int
    target: str
    original: int | str | None
    value: int | str | None
    reason: str
    by: str
    key_id: str
    at: datetime


@dataclass(frozen=True)
class AuditRecord:
    """Who read or changed what."""

    id: str
    tenant_id: str
    at: datetime
    action: str
    key_id: str
    key_name: str
    target: str
    request_id: str
    details: Mapping[str, str] = field(default_factory=dict)


# What scoring says of a verdict that also tells a reviewer what to look at.
_TELLING = ("words_of_others",)


def review_reasons(status: Status, verdict: Verdict) -> tuple[str, ...]:
    """Says why a person should look at a verdict; empty where nobody needs to."""
    reasons = [signal.kind for signal in verdict.signals if signal.flagged]
    if status is Status.LOW_CONFIDENCE:
        reasons.append("low_confidence")
    elif verdict.review_recommended:
        reasons.append("review_recommended")
    reasons += [reason for reason in verdict.confidence_reasons if reason in _TELLING]
    return tuple(reasons)
