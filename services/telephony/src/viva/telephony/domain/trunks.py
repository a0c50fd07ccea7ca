"""Trunks: where calls can go out, and how many at once."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Trunk:
    """A way out to the telephone network.

    Attributes:
        kind: "sip" or the carrier's name.
        slots: calls that it carries at once.
    """

    name: str
    kind: str
    slots: int
    in_use: int = 0

    @property
    def free(self) -> int:
        """How many more calls it takes."""
        return max(self.slots - self.in_use, 0)


def choose(trunks: Sequence[Trunk]) -> Trunk | None:
    """Picks the trunk with the most free slots; None where there is none."""
    free = [trunk for trunk in trunks if trunk.free > 0]
    return max(free, key=lambda trunk: trunk.free, default=None)
