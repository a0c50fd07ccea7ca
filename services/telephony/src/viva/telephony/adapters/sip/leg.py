"""One call of a SIP trunk, as the service sees it."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any

from viva.audio.pcm import samples_in
from viva.telephony.adapters.sip import wire
from viva.telephony.adapters.sip.outcomes import why_ended, why_not_answered
from viva.telephony.adapters.sip.wire import Kind, Wired
from viva.telephony.application.ports import (
    Digit,
    Ended,
    Frame,
    Heard,
    LegCounters,
    LegEvent,
    NotAnsweredError,
)
from viva.telephony.domain.calls import HangUp, NotAnswered

_UNREAD_FRAMES = 250
_UNREAD_EVENTS = 256
_WAITING = samples_in(60)
_GOODBYE_S = 3.0

Send = Callable[[bytes], None]


class SipLeg:
    """A leg in a worker; fed by `received`, and by `lost` where the worker dies."""

    def __init__(self, number: int, call_id: str, limit_s: float, send: Send) -> None:
        self._number = number
        self._call_id = call_id
        self._limit_s = limit_s
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._answered: asyncio.Future[None] = self._loop.create_future()
        self._answered.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._frames: deque[Frame] = deque()
        self._events: deque[LegEvent] = deque()
        self._news = asyncio.Event()
        self._event_news = asyncio.Event()
        self._heard_news = asyncio.Event()
        self._flushes: deque[asyncio.Future[int]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._hangs_up_as: HangUp | None = None
        self._given = 0
        self._through = 0
        self._flushed = 0
        self._position = 0
        self._received = 0
        self._gaps = 0
        self._missing = 0
        self._line: dict[str, Any] = {}
        self.over = False

    @property
    def carrier_id(self) -> str:
        """SIP's own Call-ID says nothing to a carrier's support that ours does not."""
        return self._call_id

    async def answered(self) -> None:
        """Returns when the person picked up and sound flows."""
        await asyncio.shield(self._answered)

    async def frames(self) -> AsyncIterator[Frame]:
        """What the person says, until the end."""
        while True:
            while self._frames:
                yield self._frames.popleft()
            if self.over:
                return
            self._news.clear()
            await self._news.wait()

    async def events(self) -> AsyncIterator[LegEvent]:
        """Keys, progress and the end."""
        while True:
            while self._events:
                event = self._events.popleft()
                yield event
                if isinstance(event, Ended):
                    return
            if self.over and not self._answered_well():
                return
            self._event_news.clear()
            await self._event_news.wait()

    async def play(self, pcm: bytes) -> None:
        """Queues sound; returns when at most 60 ms of it wait."""
        if self.over or not pcm:
            return
        self._given += len(pcm) // 2
        self._send(wire.packed(Kind.PLAY, self._number, pcm))
        mine, flushed = self._given, self._flushed
        while mine - self._through > _WAITING and flushed == self._flushed and not self.over:
            self._heard_news.clear()
            await self._heard_news.wait()

    async def flush(self) -> int:
        """Drops what waits; says how many samples nobody will hear."""
        self._flushed += 1
        self._heard_news.set()
        if self.over:
            return self._given - self._through
        answer: asyncio.Future[int] = self._loop.create_future()
        self._flushes.append(answer)
        self._send(wire.packed(Kind.FLUSH, self._number))
        return await answer

    async def hang_up(self) -> None:
        """Ends the call; idempotent."""
        self._begin_goodbye(HangUp.OURS)

    def counters(self) -> LegCounters:
        """How the line does."""
        return LegCounters(
            codec=self._line.get("codec", ""),
            received_samples=self._received,
            gaps=self._gaps,
            missing_samples=self._missing,
            lost_packets=self._line.get("lost_packets", 0),
            concealed_packets=self._line.get("concealed_packets", 0),
            discarded_packets=self._line.get("discarded_packets", 0),
            jitter_ms=self._line.get("jitter_ms", 0.0),
        )

    def received(self, message: Wired) -> None:
        """Takes what the worker says of this leg."""
        match message.kind:
            case Kind.FRAME:
                self._take_frame(Frame(message.numbers()[0], message.sound()))
            case Kind.HEARD:
                self._take_heard(*message.numbers())
            case Kind.FLUSHED:
                if self._flushes:
                    self._flushes.popleft().set_result(message.numbers()[0])
            case Kind.DIGIT:
                fields = message.json()
                self._tell(Digit(fields["digit"], fields["position"]))
            case Kind.COUNTERS:
                self._line = message.json()
            case Kind.ANSWERED:
                self._picked_up()
            case Kind.REFUSED:
                self._take_refusal(message.json())
            case Kind.ENDED:
                self._take_end(message.json())

    def lost(self) -> None:
        """The worker died, and the call with it."""
        if self._answered_well():
            self._end(self._hangs_up_as or HangUp.LINE)
        else:
            self._not_answered(NotAnswered.FAILED, "the SIP worker died")

    def _picked_up(self) -> None:
        if self._answered.done():
            return
        self._answered.set_result(None)
        self._timer = self._loop.call_later(self._limit_s, self._begin_goodbye, HangUp.LIMIT)

    def _begin_goodbye(self, reason: HangUp) -> None:
        if self.over or self._hangs_up_as is not None:
            return
        self._hangs_up_as = reason
        self._send(wire.packed(Kind.HANG_UP, self._number))
        if self._timer is not None:
            self._timer.cancel()
        # The stack ends it at once; where it does not, nobody here waits for it.
        self._timer = self._loop.call_later(_GOODBYE_S, self._part)

    def _part(self) -> None:
        """Ends without the stack's word."""
        if self._answered_well():
            self._end(self._hangs_up_as or HangUp.OURS)
        else:
            self._not_answered(NotAnswered.NO_ANSWER, "given up")

    def _take_end(self, fields: dict[str, Any]) -> None:
        by_itself = HangUp.OURS if fields["ours"] else why_ended(fields["reason"])
        self._end(self._hangs_up_as or by_itself)

    def _take_frame(self, frame: Frame) -> None:
        if frame.position > self._position:
            self._gaps += 1
            self._missing += frame.position - self._position
        samples = len(frame.pcm) // 2
        self._position = frame.position + samples
        self._received += samples
        if len(self._frames) >= _UNREAD_FRAMES:
            # Nobody reads: what is old is missing for whoever reads next.
            left_out = len(self._frames.popleft().pcm) // 2
            self._received -= left_out
            self._missing += left_out
        self._frames.append(frame)
        self._news.set()

    def _take_heard(self, through: int, position: int) -> None:
        self._through = max(self._through, through)
        self._heard_news.set()
        if self._events and isinstance(self._events[-1], Heard):
            self._events.pop()
        self._tell(Heard(through, position))

    def _take_refusal(self, fields: dict[str, Any]) -> None:
        status, reason = fields["status"], fields["reason"]
        ours = self._hangs_up_as is not None
        why = why_not_answered(status, fields["timed_out"] or ours)
        self._not_answered(why, reason)

    def _not_answered(self, why: NotAnswered, detail: str) -> None:
        if not self._answered.done():
            self._answered.set_exception(NotAnsweredError(why, detail))
        self._close()

    def _answered_well(self) -> bool:
        done = self._answered
        return done.done() and not done.cancelled() and done.exception() is None

    def _end(self, reason: HangUp) -> None:
        if not self.over:
            self._tell(Ended(reason))
            self._close()

    def _close(self) -> None:
        self.over = True
        if self._timer is not None:
            self._timer.cancel()
        for answer in self._flushes:
            if not answer.done():
                answer.set_result(self._given - self._through)
        self._flushes.clear()
        for news in (self._news, self._event_news, self._heard_news):
            news.set()

    def _tell(self, event: LegEvent) -> None:
        if len(self._events) < _UNREAD_EVENTS or isinstance(event, Ended):
            self._events.append(event)
        self._event_news.set()
