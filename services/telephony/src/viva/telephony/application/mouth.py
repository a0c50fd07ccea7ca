"""What the interviewer says over a leg: utterances in order, and reports of what was heard."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from viva.audio.pcm import samples_in
from viva.edge.messages import Utterance
from viva.telephony.application.ports import CallLeg, Heard

_BYTES = 2
_QUIET_S = 0.03
_UNSTEADY = samples_in(80)
"""A leg's reports are this early or late at most: less is no pause in what was heard."""


@dataclass(frozen=True)
class PlayedRun:
    """Samples of an utterance that were heard; the first at `position` of the leg's clock."""

    utterance: int
    offset: int
    count: int
    position: int


@dataclass(frozen=True)
class PlayedOut:
    """The one terminal report of an utterance."""

    utterance: int
    heard: int
    position: int


Report = PlayedRun | PlayedOut


@dataclass
class _Given:
    """An utterance on its way to the ear: its samples on the leg's count of all that was given."""

    number: int
    first: int
    samples: int
    heard: int = 0
    position: int | None = None

    @property
    def end(self) -> int:
        return self.first + self.samples

    def run(self, through: int, position: int) -> PlayedRun:
        """What was heard since the last time, up to `through`, whose last sample was at `position`.

        It follows what was heard before without a seam, unless the line paused.
        """
        offset, self.heard = self.heard, through - self.first
        count = self.heard - offset
        begins = max(0, position - count)
        if self.position is not None and abs(begins - self.position) <= _UNSTEADY:
            begins = self.position
        self.position = begins + count
        return PlayedRun(self.number, offset, count, begins)


class Mouth:
    """Plays utterances one after the other; each ends in exactly one PlayedOut.

    Args:
        report: takes the reports, in order.
        position: of the person's next frame.
    """

    def __init__(
        self, leg: CallLeg, report: Callable[[Report], None], position: Callable[[], int]
    ) -> None:
        self._leg = leg
        self._report = report
        self._position = position
        self._waiting: deque[Utterance] = deque()
        self._given: deque[_Given] = deque()
        self._count = 0
        self._known = (0, 0)
        self._news = asyncio.Event()
        self._quiet_until_s = 0.0

    def say(self, utterance: Utterance) -> None:
        """Queues an utterance; one that is known already is left out."""
        if (utterance.epoch, utterance.number) > self._known:
            self._known = (utterance.epoch, utterance.number)
            self._waiting.append(utterance)
            self._news.set()

    async def run(self) -> None:
        """Plays what is queued, for ever."""
        while True:
            while self._waiting:
                # What is withdrawn is withdrawn one by one: do not begin the next in between.
                wait_s = self._quiet_until_s - asyncio.get_running_loop().time()
                if wait_s > 0:
                    await asyncio.sleep(wait_s)
                    continue
                utterance = self._waiting.popleft()
                samples = len(utterance.pcm) // _BYTES
                self._given.append(_Given(utterance.number, self._count, samples))
                self._count += samples
                await self._leg.play(utterance.pcm)
            self._news.clear()
            await self._news.wait()

    def heard(self, heard: Heard) -> None:
        """The leg says how much was heard."""
        while self._given and self._given[0].first + self._given[0].heard < heard.through:
            given = self._given[0]
            through = min(heard.through, given.end)
            run = given.run(through, heard.position - (heard.through - through))
            self._report(run)
            if given.heard < given.samples:
                return
            self._given.popleft()
            self._report(PlayedOut(given.number, given.samples, run.position + run.count))

    async def flush(self, number: int) -> None:
        """Stops an utterance at once, whether it plays or waits."""
        if any(utterance.number == number for utterance in self._waiting):
            self._waiting = deque(u for u in self._waiting if u.number != number)
            self._report(PlayedOut(number, 0, self._position()))
        elif any(given.number == number for given in self._given):
            await self._stop()

    async def _stop(self) -> None:
        """Everything that was given stops: there is one queue on the line."""
        self._quiet_until_s = asyncio.get_running_loop().time() + _QUIET_S
        unheard = await self._leg.flush()
        through = self._count - unheard
        self.heard(Heard(max(through, 0), self._position()))
        while self._given:
            given = self._given.popleft()
            self._report(PlayedOut(given.number, given.heard, self._position()))
