"""The ports behind which each kind of trunk stands; tests/conformance says what they promise.

Sound over these ports is PCM16 mono little-endian at 16 kHz whatever the line carries: an adapter
resamples and decodes with its state kept. Positions are sample counts at 16 kHz.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from viva.telephony.domain.calls import HangUp, NotAnswered
from viva.telephony.domain.numbers import PhoneNumber


@dataclass(frozen=True)
class Frame:
    """What the person said, usually 20 ms.

    Attributes:
        position: of the first sample, zero for the first of the leg. It grows by what was received;
            where sound is missing (over 40 ms by the carrier's stamps, the drop counters or the
            monotonic clock) it jumps by what is missing. It never goes back.
        missing: the ear's own silence for sound that never came, or has not come yet; a leg gives
            none.
    """

    position: int
    pcm: bytes
    missing: bool = False


@dataclass(frozen=True)
class Digit:
    """A key that the person pressed: 0-9, * or #.

    Attributes:
        position: of the next frame at that moment.
    """

    digit: str
    position: int


@dataclass(frozen=True)
class Heard:
    """How much of what was given to `play` has left for the person's ear.

    Attributes:
        through: samples counted over all `play` calls of the leg, flushed ones included.
        position: of the frame that was captured when the sample before `through` was heard.
    """

    through: int
    position: int


@dataclass(frozen=True)
class Machine:
    """The carrier says that a machine answered, not a person."""


@dataclass(frozen=True)
class Ended:
    """The leg is over; the last event."""

    reason: HangUp


LegEvent = Digit | Heard | Machine | Ended


@dataclass(frozen=True)
class LegCounters:
    """What the line did so far.

    Attributes:
        codec: such as "PCMU/8000"; empty until it is agreed.
        received_samples: at 16 kHz, without what was missing.
        gaps: jumps of the position.
        missing_samples: that these jumps left out.
        lost_packets: that the network lost, as far as the line tells.
        concealed_packets: of these, filled in by the decoder (no jump).
        discarded_packets: too late, twice or malformed.
        jitter_ms: interarrival jitter, smoothed; 0 where the line does not tell.
    """

    codec: str = ""
    received_samples: int = 0
    gaps: int = 0
    missing_samples: int = 0
    lost_packets: int = 0
    concealed_packets: int = 0
    discarded_packets: int = 0
    jitter_ms: float = 0.0


class CallLeg(Protocol):
    """One call; all methods on the event loop.

    `frames` and `events` have one reader each at a time; a later reader of `events` goes on where
    an earlier one stopped.
    """

    @property
    def carrier_id(self) -> str:
        """The carrier's name for the call; holds no number."""
        ...

    async def answered(self) -> None:
        """Returns when the person picked up and sound flows; at once for an accepted call.

        Raises:
            NotAnsweredError: busy, no answer in time, voicemail, rejected or failed.
        """
        ...

    def frames(self) -> AsyncIterator[Frame]:
        """What the person says; ends when the leg does. Holds at most a few seconds unread."""
        ...

    def events(self) -> AsyncIterator[LegEvent]:
        """Keys, progress of playing at least every 200 ms while something plays, and the end."""
        ...

    async def play(self, pcm: bytes) -> None:
        """Queues sound of any length; paces it, and returns when at most 60 ms of it wait.

        Where nothing is queued, the leg sends silence, so that no carrier drops it. After the end
        of the leg it returns at once and plays nothing.
        """
        ...

    async def flush(self) -> int:
        """Drops what waits, here and at the carrier; a `play` under way returns.

        Returns:
            Samples at the tail of all that was given to `play` that nobody heard or will hear. No
            `Heard` comes for them: the next one, if any, is of sound given later.
        """
        ...

    async def hang_up(self) -> None:
        """Ends the call, ringing or answered; idempotent."""
        ...

    def counters(self) -> LegCounters:
        """How the line does."""
        ...


class NotAnsweredError(Exception):
    """The call never became a conversation.

    Attributes:
        why: what the retry budget counts.
        detail: the carrier's words (a SIP code, a call status); never a number.
    """

    def __init__(self, why: NotAnswered, detail: str = "") -> None:
        super().__init__(f"{why.value} {detail}".strip())
        self.why = why
        self.detail = detail


@dataclass(frozen=True)
class DialOrder:
    """What a trunk must know to make a call.

    Attributes:
        call_id: ours; an adapter that can, gives it to the carrier.
        ring_s: then it is NO_ANSWER.
        limit_s: the longest that an answered call may last; then it ends with HangUp.LIMIT.
    """

    call_id: str
    number: PhoneNumber
    caller: PhoneNumber
    ring_s: float = 30.0
    limit_s: float = 3600.0


class InboundCall(Protocol):
    """A call that rings here; exactly one of `accept` and `reject` is called."""

    @property
    def caller(self) -> PhoneNumber | None:
        """Who calls; None where the number is withheld or not in E.164."""
        ...

    @property
    def called(self) -> PhoneNumber | None:
        """Which of our numbers was called; None where the trunk does not tell."""
        ...

    async def accept(self, call_id: str, limit_s: float = 3600.0) -> CallLeg:
        """Picks up.

        Raises:
            NotAnsweredError: the caller gave up before.
        """
        ...

    async def reject(self, busy: bool = False) -> None:
        """Declines; with `busy`, the caller hears the busy tone."""
        ...


OnInbound = Callable[[InboundCall], Awaitable[None]]


class Trunk(Protocol):
    """A way to the telephone network and back. A part with a lifecycle: start, stop.

    `stop` ends every leg that is left. It does no admission: whoever dials counts the slots.
    """

    @property
    def name(self) -> str:
        """From the settings; a label of metrics."""
        ...

    @property
    def kind(self) -> str:
        """Either "sip" or the carrier's name."""
        ...

    async def start(self) -> None:
        """Gets ready to carry calls."""
        ...

    async def stop(self) -> None:
        """Ends all legs; idempotent and bounded."""
        ...

    async def dial(self, order: DialOrder) -> CallLeg:
        """Orders a call; returns as soon as the carrier took the order.

        Raises:
            NotAnsweredError: the carrier refused it.
            TransientError: the carrier did not answer: whether it took the order is unknown.
            BackpressureError: the carrier takes no more calls at the moment.
        """
        ...

    async def is_under_way(self, order: DialOrder, since_s: float) -> bool:
        """Whether the carrier has a live call to this number, ordered in the last `since_s`.

        Asked before an order whose outcome is unknown is repeated; where True, dial nobody.

        Raises:
            TransientError: the carrier did not answer.
        """
        ...

    def on_inbound(self, handler: OnInbound) -> None:
        """Says who takes calls that come in; without a handler they are rejected as busy."""
        ...
