"""One call over a Twilio media stream."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from viva.audio.g711 import decode_mulaw
from viva.audio.pcm import SAMPLE_RATE_HZ, samples_in, to_bytes
from viva.audio.resample import StreamResampler
from viva.platform.errors import BackpressureError, InvalidError, TransientError
from viva.platform.log import get_logger
from viva.telephony.adapters.providers.twilio import media
from viva.telephony.adapters.providers.twilio.playout import FRAME, WIDE, Playout
from viva.telephony.application.ports import (
    Digit,
    Ended,
    Frame,
    Heard,
    LegCounters,
    LegEvent,
    Machine,
    NotAnsweredError,
)
from viva.telephony.application.sample_clock import SampleClock
from viva.telephony.domain.calls import HangUp, NotAnswered

FRAME_S = 0.02
AHEAD_S = 0.2
"""Sent before its time, so that a late wake-up here is no gap there. What waits at the carrier is
taken back by `clear`, so that nobody who interrupts waits for it."""
IDLE_AHEAD_S = 0.02
"""Comfort noise is not sent so far ahead: a reply would wait behind it."""
_LITTLE_S = 0.06
"""So little may wait, here and at the carrier, when `play` returns."""
_MOST_FRAMES = 250
_JUMP_MS = 40
_CODEC = "PCMU/8000"

log = get_logger(__name__)
Send = Callable[[str], Awaitable[None]]
HangUpCall = Callable[[str, bool], Awaitable[None]]


class TwilioLeg:
    """A CallLeg. The trunk tells it what the REST API and the webhooks say.

    Args:
        hang_up: ends the call by REST, given its sid and whether it was answered.

    Attributes:
        carrier_id: Twilio's sid of the call; empty until it took the order.
    """

    def __init__(self, limit_s: float, hang_up: HangUpCall, carrier_id: str = "") -> None:
        self.carrier_id = carrier_id
        self._limit_s = limit_s
        self._hang_up = hang_up
        self._answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answered.add_done_callback(_looked_at)
        self._frames: asyncio.Queue[Frame | None] = asyncio.Queue(_MOST_FRAMES)
        self._events: asyncio.Queue[LegEvent] = asyncio.Queue()
        self._clock = SampleClock()
        self._resampler = StreamResampler(media.MULAW_HZ, SAMPLE_RATE_HZ)
        self._playout = Playout()
        self._drained = asyncio.Event()
        self._drained.set()
        self._stamp_ms: int | None = None
        self._received = self._discarded = 0
        self._generation = 0
        # When the carrier will have played all that it was sent.
        self._due_s = 0.0
        self._heard, self._heard_at_s = 0, 0.0
        self._stream_sid = ""
        self._send: Send | None = None
        self._ended: HangUp | None = None
        self._ours = False
        self._gone = False
        self._over = asyncio.Event()

    # What the application calls.

    async def answered(self) -> None:
        """Returns when the stream has begun."""
        await asyncio.shield(self._answered)

    async def frames(self) -> AsyncIterator[Frame]:
        """What the person says."""
        while (frame := await self._frames.get()) is not None:
            yield frame
        self._frames.put_nowait(None)

    async def events(self) -> AsyncIterator[LegEvent]:
        """Keys, progress, the end."""
        while True:
            event = await self._events.get()
            yield event
            if isinstance(event, Ended):
                return

    async def play(self, pcm: bytes) -> None:
        """Queues sound; returns when little of it waits."""
        if self._ended:
            return
        if self._heard >= self._playout.given:
            # Its first sample is heard when what is on its way has been.
            self._heard_at_s = max(self._due_s, asyncio.get_running_loop().time())
        self._playout.give(pcm)
        self._drained.clear()
        await self._drained.wait()

    async def flush(self) -> int:
        """Drops what waits; says how much nobody heard."""
        given = self._playout.given
        if self._heard >= given:
            return 0
        since_s = max(0.0, asyncio.get_running_loop().time() - self._heard_at_s)
        heard = min(self._playout.sent, self._heard + samples_in(since_s * 1000))
        self._generation += 1
        self._due_s = 0.0
        self._playout.flush()
        self._drained.set()
        self._heard = given
        if self._send:
            await self._say(media.clear(self._stream_sid))
        return given - heard

    async def hang_up(self) -> None:
        """Ends the call."""
        if self._ours:
            return
        self._ours = True
        answered = self._stream_sid != ""
        self.fail(NotAnswered.FAILED, "given up")
        self.end(HangUp.OURS)
        if not self._gone and self.carrier_id:
            try:
                await self._hang_up(self.carrier_id, answered)
            except (TransientError, BackpressureError) as error:
                # The carrier ends it by the order's own time limit.
                log.warning("hang_up_failed", code=error.code)

    def counters(self) -> LegCounters:
        """How the line does."""
        return LegCounters(
            codec=_CODEC if self._stream_sid else "",
            received_samples=self._received,
            gaps=self._clock.gaps,
            missing_samples=self._clock.missing_samples,
            discarded_packets=self._discarded,
        )

    # What the trunk calls.

    def fail(self, why: NotAnswered, detail: str) -> None:
        """The call never became a conversation."""
        self._gone = self._gone or not self._ours
        if not self._answered.done():
            self._answered.set_exception(NotAnsweredError(why, detail))

    def machine(self) -> None:
        """Twilio heard an answering machine."""
        self._events.put_nowait(Machine())

    def end(self, reason: HangUp) -> None:
        """The leg is over; the first reason counts."""
        if self._ended:
            return
        self._ended = reason
        self._gone = self._gone or reason is HangUp.PERSON
        self._over.set()
        self._drained.set()
        if self._frames.full():
            self._frames.get_nowait()
        self._frames.put_nowait(None)
        self._events.put_nowait(Ended(reason))

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._ended is not None

    @property
    def settled(self) -> bool:
        """Whether it is known if anybody answered."""
        return self._answered.done()

    async def stream(self, stream_sid: str, send: Send, messages: AsyncIterator[str]) -> None:
        """Carries sound until the stream or the call ends."""
        self._stream_sid, self._send = stream_sid, send
        if not self._answered.done():
            self._answered.set_result(None)
        parts = [
            asyncio.create_task(self._pace(), name="twilio-pace"),
            asyncio.create_task(self._read(messages), name="twilio-read"),
        ]
        try:
            async with asyncio.timeout(self._limit_s):
                await self._over.wait()
        except TimeoutError:
            self.end(HangUp.LIMIT)
        finally:
            self._send = None
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)

    async def _read(self, messages: AsyncIterator[str]) -> None:
        try:
            async for text in messages:
                self._hear(text)
        except InvalidError as error:
            log.warning("stream_refused", code=error.code)
        finally:
            # It broke without a word: the carrier lost the call, or we lost the carrier.
            self.end(HangUp.LINE)

    def _hear(self, text: str) -> None:
        match media.decode(text):
            case media.Media(timestamp_ms=stamp, payload=payload):
                self._take(stamp, payload)
            case media.Mark(name=name):
                self._marked(name)
            case media.Dtmf(digit=digit) if digit and digit in "0123456789*#":
                self._events.put_nowait(Digit(digit, self._clock.position))
            case media.Stop():
                self.end(HangUp.PERSON)

    def _take(self, stamp_ms: int, payload: bytes) -> None:
        dropped_ms = stamp_ms - self._stamp_ms if self._stamp_ms is not None else 0
        if dropped_ms <= -_JUMP_MS:
            # Over TCP nothing overtakes: what claims to be older is a repetition.
            self._discarded += 1
            return
        self._stamp_ms = stamp_ms + len(payload) * 1000 // media.MULAW_HZ
        wide = self._resampler.feed(decode_mulaw(payload))
        dropped = samples_in(dropped_ms) if dropped_ms > _JUMP_MS else 0
        position = self._clock.place(len(wide), asyncio.get_running_loop().time(), dropped)
        self._received += len(wide)
        if self._frames.full():
            self._frames.get_nowait()
            self._discarded += 1
        self._frames.put_nowait(Frame(position, to_bytes(wide)))

    def _marked(self, name: str) -> None:
        generation, _, through = name.partition(":")
        if generation != str(self._generation) or not through.isdigit():
            # Marks come back for what was cleared too: nobody heard that.
            return
        self._heard, self._heard_at_s = int(through), asyncio.get_running_loop().time()
        self._events.put_nowait(Heard(int(through), self._clock.position))

    async def _pace(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            now_s = loop.time()
            # Whoever is late here left the carrier without sound: that time is gone.
            self._due_s = max(self._due_s, now_s)
            if self._playout.waiting_ms / 1000 + self._due_s - now_s <= _LITTLE_S:
                self._drained.set()
            ahead_s = AHEAD_S if self._playout.waiting_ms else IDLE_AHEAD_S
            if self._due_s > now_s + ahead_s - FRAME_S:
                await asyncio.sleep(FRAME_S / 2)
                continue
            self._due_s += FRAME_S
            payload, through = self._playout.frame()
            await self._say(media.media(self._stream_sid, payload))
            if through is not None:
                await self._say(media.mark(self._stream_sid, f"{self._generation}:{through}"))

    async def _say(self, text: str) -> None:
        if self._send is not None:
            await self._send(text)


def _looked_at(answered: "asyncio.Future[None]") -> None:
    """An error that nobody waited for is no news."""
    if not answered.cancelled():
        answered.exception()


assert samples_in(FRAME_S * 1000) == FRAME * WIDE
