"""What a trunk's test line must offer, so that the one suite can stand at both ends of a call.

Each adapter has one `line_<name>.py` here with `open_line() -> AbstractAsyncContextManager[Line]`,
listed in conftest.LINES. The far end is a real peer that speaks the adapter's protocol on loopback.
"""

import enum
from typing import Protocol

from viva.telephony.application.ports import Trunk


class Behaviour(enum.Enum):
    """What the person (or the network) does with the next outbound call."""

    ANSWER = "answer"
    BUSY = "busy"
    RING = "ring"  # nobody answers
    REJECT = "reject"


class Person(Protocol):
    """The person at the far end of one call. Sound is PCM16 mono 16 kHz, whatever the line does."""

    async def say(self, pcm: bytes) -> None:
        """Speaks in real time; returns when the last sample was sent."""
        ...

    def heard(self) -> bytes:
        """All that was heard since the answer, silence included, in the order of hearing."""
        ...

    async def press(self, digit: str) -> None:
        """Presses a key."""
        ...

    async def lose(self, ms: int) -> None:
        """Lets that much of the own sound never arrive, in real time."""
        ...

    async def hang_up(self) -> None:
        """Hangs up."""
        ...

    async def hung_up(self) -> None:
        """Returns when the other side has hung up."""
        ...


class Line(Protocol):
    """A started trunk with a telephone network behind it."""

    @property
    def trunk(self) -> Trunk:
        """Under test."""
        ...

    def next_call(self, behaviour: Behaviour) -> None:
        """What becomes of the next outbound call; ANSWER where nothing is said."""
        ...

    async def person(self) -> Person:
        """Who answered the newest outbound call, or made the newest inbound one."""
        ...

    async def call_in(self) -> None:
        """Lets somebody call; the number is +4930555001."""
        ...
