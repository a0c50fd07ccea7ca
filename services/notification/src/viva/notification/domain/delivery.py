"""What becomes of a delivery after each try. Source: Standard Webhooks 1.0.0."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

DELAYS = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Before each try, counted from the one before it."""

MAX_RETRY_AFTER = timedelta(hours=24)
DISABLE_AFTER = timedelta(days=5)
GONE = 410


class DeliveryStatus(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True)
class TryResult:
    """What one try brought.

    Attributes:
        http_status: 0 where no answer came.
        error: in words, empty on success.
        retry_after: what the endpoint asked for.
        refused: we would not even connect (a private address): trying again is pointless.
    """

    at: datetime
    http_status: int
    error: str
    duration_ms: int
    retry_after: timedelta | None = None
    refused: bool = False

    @property
    def succeeded(self) -> bool:
        """Any 2xx; a redirect is a failure."""
        return 200 <= self.http_status < 300


@dataclass(frozen=True)
class Next:
    """What a try means for its delivery."""

    status: DeliveryStatus
    try_at: datetime | None = None
    reason: str = ""


def after(result: TryResult, tries: int) -> Next:
    """Decides what comes after a try.

    Args:
        tries: how many there were, this one included.
    """
    if result.succeeded:
        return Next(DeliveryStatus.DELIVERED)
    if result.http_status == GONE or result.refused:
        return Next(DeliveryStatus.DEAD, reason=result.error)
    if tries >= len(DELAYS):
        return Next(DeliveryStatus.DEAD, reason=f"{tries} tries failed, the last: {result.error}")
    asked = min(result.retry_after or timedelta(0), MAX_RETRY_AFTER)
    return Next(DeliveryStatus.PENDING, result.at + max(DELAYS[tries], asked))


def disables_endpoint(result: TryResult, failing_since: datetime | None) -> str:
    """Says why an endpoint is switched off after a try, or an empty text.

    Args:
        failing_since: of the endpoint's first failure after its last success.
    """
    if result.succeeded:
        return ""
    if result.http_status == GONE:
        return "the endpoint answered 410 Gone"
    if failing_since is not None and result.at - failing_since >= DISABLE_AFTER:
        return "nothing but failures for five days"
    return ""
