"""A telephone as the edge's client: what the page does in a browser, done here for a leg."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from viva.edge import messages as m
from viva.edge.ports import ClientGoneError
from viva.telephony.application.ear import Ear
from viva.telephony.application.mouth import Mouth, PlayedOut, PlayedRun, Report
from viva.telephony.application.ports import CallLeg, Digit, Ended, Heard, LegEvent, Machine
from viva.telephony.domain.calls import HangUp

_MOST_WAITING = 2_000
_QUIET_S = 1.0


@dataclass
class _Numbers:
    """The interview's clock and fact numbers, known from the first `Attached` on."""

    offset: int | None = None
    fact: int = 0


@dataclass(eq=False)
class PhoneClient:
    """The ClientSocket of one answered call.

    Args:
        machine: set when the carrier finds out that a machine answered.
        on_gone: called once when the leg ends before we hang up.
    """

    leg: CallLeg
    ear: Ear
    on_gone: Callable[[HangUp], None]
    machine: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    ended: HangUp | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        self._numbers = _Numbers()
        self._mouth = Mouth(self.leg, self._reported, lambda: self.ear.position)
        self._said: asyncio.Queue[m.ClientMessage | None] = asyncio.Queue(_MOST_WAITING)
        self._heard_out = False

    @property
    def attached(self) -> bool:
        """Whether a session has taken the conversation on, at any time of this call."""
        return self._numbers.offset is not None

    async def follow_events(self) -> None:
        """Takes what the leg reports, until it ended."""
        async for event in self.leg.events():
            self._happened(event)
        if self.ended is None:
            self._end(HangUp.LINE)

    async def talk(self) -> None:
        """Carries sound both ways until the leg ends."""
        async with asyncio.TaskGroup() as group:
            mouth = group.create_task(self._mouth.run(), name="leg-mouth")
            await self._listen()
            mouth.cancel()

    async def receive(self) -> m.ClientMessage:
        """The next thing that the telephone says.

        Raises:
            ClientGoneError: the leg ended, and all was said.
        """
        if self._heard_out:
            raise ClientGoneError(self.ended.value if self.ended else "gone")
        try:
            async with asyncio.timeout(_QUIET_S):
                said = await self._said.get()
        except TimeoutError:
            return m.Heartbeat()
        if said is None:
            self._heard_out = True
            raise ClientGoneError(self.ended.value if self.ended else "gone")
        return said

    async def send(self, message: m.Downlink) -> None:
        """Carries out what the session wants."""
        match message:
            case m.Attached():
                self._attached(message)
            case m.Utterance():
                self._mouth.say(message)
            case m.Flush(utterance=number):
                await self._mouth.flush(number)
            case m.End(reason=reason):
                self.reason = reason
                self.over.set()
            case m.Replaced():
                self.over.set()
            case _:
                # Captions, progress and needs are for a screen.
                return

    async def close(self, code: int, reason: str) -> None:
        """Hangs up."""
        del code
        self.reason = self.reason or reason
        self.over.set()
        await self.leg.hang_up()

    def _attached(self, attached: m.Attached) -> None:
        """The first tells where this leg is on the interview's clock; later ones change nothing."""
        if self._numbers.offset is None:
            self._numbers.offset = attached.base_position - self.ear.position
            self._numbers.fact = attached.resume_fact

    async def _listen(self) -> None:
        while (frame := await self.ear.next()) is not None:
            if self._numbers.offset is not None and frame.pcm:
                self._put(m.Audio(self._at(frame.position), frame.pcm))

    def _happened(self, event: LegEvent) -> None:
        match event:
            case Heard(through=through, position=position):
                self._mouth.heard(Heard(through, self.ear.at(position)))
            case Digit(digit=digit, position=position) if self._numbers.offset is not None:
                at = self._at(self.ear.at(position))
                self._put(m.Key(self._fact(), at, digit))  # type: ignore[arg-type]
            case Machine():
                self.machine.set()
            case Ended(reason=reason):
                self._end(reason)

    def _reported(self, report: Report) -> None:
        match report:
            case PlayedRun(utterance, offset, count, position):
                self._put(m.Played(self._fact(), utterance, offset, count, self._at(position)))
            case PlayedOut(utterance, heard, position):
                self._put(m.Stopped(self._fact(), utterance, heard, self._at(position)))

    def _end(self, reason: HangUp) -> None:
        if self.ended is not None:
            return
        self.ended = reason
        self._put(None)
        if not self.over.is_set():
            self.on_gone(reason)

    def _at(self, position: int) -> int:
        return max(0, position + (self._numbers.offset or 0))

    def _fact(self) -> int:
        fact = self._numbers.fact
        self._numbers.fact += 1
        return fact

    def _put(self, message: m.ClientMessage | None) -> None:
        if self._said.full():
            # The session is away for longer than the edge may wait: sound goes first.
            self._said.get_nowait()
        self._said.put_nowait(message)
