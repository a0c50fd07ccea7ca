"""How many calls each trunk carries, and how fast they may follow each other."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from opentelemetry.metrics import Observation

from viva.platform.instruments import Gauge, Reading
from viva.telephony.application.ports import Trunk
from viva.telephony.domain.numbers import PhoneNumber

_free = Gauge(
    "viva.telephony.slots.free", "{call}", "Calls that a trunk of this process still takes."
)


@dataclass(eq=False)
class Line:
    """A trunk with its slots.

    Attributes:
        slots: calls at once, inbound ones included; admission is here, not in the trunk.
        spacing_s: between the beginnings of two outbound calls.
        caller: the number that is shown.
    """

    trunk: Trunk
    slots: int
    spacing_s: float
    caller: PhoneNumber
    in_use: int = 0
    _next_s: float = 0.0
    _pacing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def free(self) -> int:
        """How many more calls it takes."""
        return max(self.slots - self.in_use, 0)

    def take(self) -> "Slot":
        """Counts a call until its slot is released."""
        self.in_use += 1
        return Slot(self)

    async def pace(self) -> None:
        """Waits until the next outbound call may begin."""
        loop = asyncio.get_running_loop()
        async with self._pacing:
            await asyncio.sleep(max(0.0, self._next_s - loop.time()))
            self._next_s = loop.time() + self.spacing_s


class Slot:
    """Room for one call."""

    def __init__(self, line: Line) -> None:
        self._line: Line | None = line

    def release(self) -> None:
        """The leg is over; idempotent."""
        if self._line is not None:
            self._line.in_use -= 1
            self._line = None


def choose(lines: Sequence[Line], name: str = "") -> Line | None:
    """The named line, or the one with the most free slots; None where none is free."""
    free = [line for line in lines if line.free > 0 and name in ("", line.trunk.name)]
    return max(free, key=lambda line: line.free, default=None)


def occupied_percent(lines: Sequence[Line]) -> int:
    """How much of all slots is taken, for whoever scales; 0 where there is no trunk."""
    slots = sum(line.slots for line in lines)
    return 100 * sum(line.in_use for line in lines) // slots if slots else 0


def free_slots(lines: Sequence[Line]) -> Reading:
    """Tells the free slots of each trunk while the service runs."""
    return Reading(
        _free, lambda: [Observation(line.free, {"viva.trunk": line.trunk.name}) for line in lines]
    )
