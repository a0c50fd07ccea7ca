"""The candidate's sound as it comes: put in order, listened to, and missed when it stays away."""

import asyncio
from concurrent.futures import Executor

from viva.platform.clock import Clock
from viva.platform.log import get_logger
from viva.session.application.live.ears import WINDOW_SAMPLES, Ears
from viva.session.application.live.timeline import Timeline
from viva.session.domain.conversation.facts import Elapsed, Fact, FramesUntil, Gap
from viva.session.domain.conversation.state import Answer
from viva.session.domain.conversation.timing import milliseconds, samples

_TURN_WINDOW = samples(8_000)
_LEAD = samples(200)
_KEPT = samples(12_000)
_TRIM_STEP = samples(2_000)
# No sound for so long, and time is kept without it.
_STALLED_S = 0.5

log = get_logger(__name__)


class Hearing:
    """One conversation's ears and memory of sound.

    Args:
        quick: threads for the voice activity network.
        patience_s: how long sound that is missing before later sound may still come.
    """

    def __init__(
        self, timeline: Timeline, ears: Ears, quick: Executor, clock: Clock, patience_s: float
    ) -> None:
        self._timeline = timeline
        self._ears = ears
        self._quick = quick
        self._clock = clock
        self._patience_s = patience_s
        self._unheard = bytearray()
        self._last_s = clock.monotonic()
        self._hole_since: float | None = None

    @property
    def until(self) -> int:
        """All sound before this is held."""
        return self._timeline.until

    @property
    def timeline(self) -> Timeline:
        """The sound itself."""
        return self._timeline

    async def take(self, position: int, pcm: bytes) -> list[Fact]:
        """Takes a frame; tells what is to be heard in all that is whole now.

        Raises:
            InvalidError: the frame cannot be part of this conversation.
        """
        return await self._listen(self._timeline.add(position, pcm))

    async def begin_anew(self) -> list[Fact]:
        """The client lost what it did not send: what is missing will never come."""
        self._last_s = self._clock.monotonic()
        hole = self._timeline.hole
        return await self.give_up(hole.end) if hole else self._ears.break_off()

    async def give_up(self, end: int) -> list[Fact]:
        """What is missing before `end` becomes absence."""
        start = self.until
        self._hole_since = None
        if end <= start:
            return []
        log.warning("sound_missing", missing_ms=milliseconds(end - start))
        found = self._ears.break_off()
        pcm = self._timeline.fill(end)
        return [*found, Gap(start, end), *await self._listen(pcm)]

    async def tick(self) -> list[Fact]:
        """Keeps the time while no sound comes, and gives up sound that does not come."""
        now = self._clock.monotonic()
        found: list[Fact] = []
        stalled = now - self._last_s
        if stalled >= _STALLED_S:
            counted = stalled - _STALLED_S / 2
            self._last_s += counted
            found.append(Elapsed(round(counted * 1000)))
        hole = self._timeline.hole
        if hole is None:
            self._hole_since = None
        elif self._hole_since is None:
            self._hole_since = now
        elif now - self._hole_since >= self._patience_s:
            found += await self.give_up(hole.end)
        return found

    def turn(self, answer: Answer | None) -> bytes:
        """The turn so far, at most as long as the end-of-turn model listens."""
        start = self.until - _TURN_WINDOW
        if answer is not None and answer.spans:
            start = max(start, answer.spans[0].start - _LEAD)
        return self._timeline.window(start, self.until)

    def piece(self, start: int, end: int) -> bytes:
        """A piece for recognition, with a little around it."""
        return self._timeline.window(start - _LEAD, end + _LEAD)

    def forget(self, before: int) -> None:
        """Forgets sound before a position that no model can need any more."""
        before = min(before, self.until - _KEPT)
        if before - self._timeline.start >= _TRIM_STEP:
            self._timeline.trim(before)

    async def _listen(self, pcm: bytes) -> list[Fact]:
        if not pcm:
            return []
        self._last_s = self._clock.monotonic()
        self._unheard += pcm
        # The network takes 32 ms at once: less is not worth a change of threads.
        if len(self._unheard) < 2 * WINDOW_SAMPLES:
            return []
        unheard, self._unheard = bytes(self._unheard), bytearray()
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._quick, self._ears.hear, unheard)
        return [*found, FramesUntil(self.until)]
