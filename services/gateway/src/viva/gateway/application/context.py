"""What every command needs beside its unit of work: time, ids, and the operator's rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from viva.platform.clock import Clock
from viva.platform.ids import Ids
from viva.platform.sealing import Sealer


@dataclass(frozen=True)
class Policy:
    """What the operator has decided.

    Attributes:
        languages: BCP 47 primary subtags that the installed models speak and understand.
        phone_available: whether a trunk is configured.
        public_url: where browsers and API clients reach the gateway, without a slash at the end.
        link_lifetime: of a join link whose order names no expiry.
        longest_lifetime: that an order may name.
        longest_interview: that any order may take; whoever drains a replica waits so long at most.
    """

    languages: tuple[str, ...]
    voices: tuple[str, ...]
    phone_available: bool
    public_url: str
    link_lifetime: timedelta
    longest_lifetime: timedelta
    longest_interview: timedelta


@dataclass(frozen=True)
class Context:
    """Time, ids and policy.

    Attributes:
        sealer: for telephone numbers; None where no key is configured.
    """

    clock: Clock
    ids: Ids
    policy: Policy
    sealer: Sealer | None = None

    def now(self) -> datetime:
        """The time, UTC."""
        return self.clock.now()
