"""What people decide about a verdict."""

from typing import Literal

from viva.gateway.domain.reviews import Decision, ReviewStatus
from viva.gateway.entrypoints.schemas.documents.base import Document


class OverrideDocument(Document):
    """Who replaced what."""

    id: str
    target: str
    original: int | str | None
    value: int | str | None
    reason: str
    by: str
    key_id: str
    at: str


class ReviewSummary(Document):
    """A review, in short."""

    id: str
    status: ReviewStatus
    reasons: list[str]
    created_at: str
    decision: Decision | None
    decided_by: str | None
    decided_at: str | None


class Note(Document):
    """A remark."""

    text: str
    by: str
    at: str


class ReviewDocument(ReviewSummary):
    """A review."""

    object: Literal["review"]
    interview_id: str
    attempt: int
    notes: list[Note]
