"""The credit ledger: reserve when an interview is ordered, settle or release when it is over."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

# What one interview costs.
PRICE = 1


class EntryKind(StrEnum):
    """What a ledger entry does to the account."""

    TOP_UP = "top_up"
    RESERVE = "reserve"
    SETTLE = "settle"
    RELEASE = "release"


@dataclass(frozen=True)
class Account:
    """The credits of a tenant: `reserved` of `balance` are spoken for."""

    tenant_id: str
    balance: int = 0
    reserved: int = 0

    @property
    def available(self) -> int:
        """What a new interview may use."""
        return self.balance - self.reserved


@dataclass(frozen=True)
class LedgerEntry:
    """One movement.

    Attributes:
        event_id: of what caused it; the same event never moves anything twice.
        amount: credits, above 0.
        balance_after: what the account had then.
    """

    id: str
    tenant_id: str
    event_id: str
    kind: EntryKind
    amount: int
    created_at: datetime
    balance_after: int
    reserved_after: int
    interview_id: str = ""
    attempt: int = 0
    note: str = ""
