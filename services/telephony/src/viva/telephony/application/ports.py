"""The port behind which each kind of trunk stands."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Digit:
    """A key that the callee pressed: 0-9, * or #."""

    digit: str


@dataclass(frozen=True)
class HungUp:
    """The leg is over; `reason` in the carrier's words."""

    reason: str


LegEvent = Digit | HungUp


class CallLeg(Protocol):
    """One call. Audio is PCM16 mono at the leg's own rate; the caller resamples."""

    @property
    def sample_rate_hz(self) -> int:
        """Of the leg's audio: 8000 for G.711, 16000 for G.722."""
        ...

    async def answered(self) -> None:
        """Returns when the callee picks up.

        Raises:
            CallRefusedError: busy, no answer, voicemail, rejected.
        """
        ...

    def audio_in(self) -> AsyncIterator[tuple[int, bytes]]:
        """Gives what the callee says: position of the first sample at the leg's rate, PCM16."""
        ...

    async def audio_out(self, pcm: bytes) -> None:
        """Queues audio for the callee; waits while more than the leg's limit is queued."""
        ...

    async def flush(self) -> int:
        """Drops what is queued and says how many samples were not heard."""
        ...

    def events(self) -> AsyncIterator[LegEvent]:
        """Gives keys and the hang-up, in order."""
        ...

    async def hang_up(self) -> None:
        """Ends the call; idempotent."""
        ...
