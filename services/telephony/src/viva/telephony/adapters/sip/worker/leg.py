"""One call inside the worker: its sound both ways, its keys, how it ended."""

import asyncio
import contextlib
import time
from collections.abc import Callable

from baresip import (
    AudioNotActive,
    AudioRestarted,
    BaresipError,
    Call,
    CallStats,
    DigitEvent,
    Event,
    StackEvent,
    StaleHandleError,
)

from viva.telephony.adapters.sip import wire
from viva.telephony.adapters.sip.outcomes import status_of
from viva.telephony.adapters.sip.wire import Kind
from viva.telephony.adapters.sip.worker.receiving import Receiver
from viva.telephony.adapters.sip.worker.sending import Sender, waits

_READ_BYTES = 96_000 * 2
"""More than the stack ever holds."""
_FIRST_PACKET_S = 0.5
_REPORT_EVERY_S = 0.1
_CODEC_BY_RATE = {8_000: "G711/8000", 16_000: "G722/8000", 48_000: "opus/48000/2"}

Send = Callable[[bytes], None]


class WorkerLeg:
    """Bridges a call of the stack to the service; `tick` moves its sound."""

    def __init__(self, number: int, call: Call, codecs: tuple[str, ...], send: Send) -> None:
        self.number = number
        self.over = False
        self._call = call
        self._codecs = codecs
        self._send = send
        self._receiver: Receiver | None = None
        self._sender: Sender | None = None
        self._early: list[bytes] = []
        self._reported = 0
        self._reported_at_s = 0.0
        self._stats = CallStats()
        self._settled = asyncio.Event()
        self._ours = False
        self._early_media = False
        self._answered = False
        self._established_s = 0.0
        call.on_dtmf(self._on_digit)
        call.on_rtcp(self._on_stats)

    async def until_answered(self, ring_s: float) -> None:
        """Gives an outbound call up that rings for too long."""
        try:
            async with asyncio.timeout(ring_s):
                await self._settled.wait()
        except TimeoutError:
            self._refused(None, "rang out", timed_out=True)
            await self.hang_up()

    async def answer(self) -> None:
        """Picks up an inbound call."""
        try:
            # Answering without video makes the stack send a re-INVITE right after; the answer to an
            # offer of audio stays audio.
            await self._call.answer(video=True)
        except BaresipError as error:
            self._refused(None, type(error).__name__)

    async def reject(self) -> None:
        """Declines an inbound call (486: the stack has no other)."""
        self._ours = True
        with contextlib.suppress(BaresipError):
            await self._call.reject()

    async def hang_up(self) -> None:
        """Ends the call, ringing or answered."""
        self._ours = True
        with contextlib.suppress(StaleHandleError):
            await self._call.hangup()

    def play(self, pcm: bytes) -> None:
        """Queues PCM16 mono at 16 kHz."""
        if self._sender is None:
            self._early.append(pcm)
        else:
            self._sender.give(pcm)

    def flush(self, now_s: float) -> None:
        """Drops what waits and answers how much that was."""
        unheard = sum(len(pcm) for pcm in self._early) // 2
        self._early.clear()
        if self._sender is not None:
            buffered = 0
            with contextlib.suppress(AudioNotActive, AudioRestarted):
                buffered = self._call.audio.info().tx_buffered
                self._call.audio.flush_tx()
            unheard = self._sender.flush(buffered, now_s)
            self._reported = self._sender.given
        self._send(wire.packed_numbers(Kind.FLUSHED, self.number, unheard))

    def tick(self, now_s: float) -> None:
        """Moves what came and what is to go."""
        if self._receiver is None or self._sender is None or self.over:
            return
        if not self._answered and now_s - self._established_s > _FIRST_PACKET_S:
            # A muted phone sends nothing at first; the person is there all the same.
            self._sound_flows()
        try:
            self._receive(self._receiver, now_s)
            self._transmit(self._sender, now_s)
        except AudioRestarted:
            self._renegotiate(self._receiver, self._sender)
        except AudioNotActive:
            return

    def count(self) -> None:
        """Tells the service how the line does."""
        if self._receiver is None:
            return
        clock = self._receiver.clock
        lost_by_clock = clock.concealed_packets + clock.missing_samples // 320
        fields = {
            "codec": self._codec(self._receiver.rate_hz),
            "received_samples": self._receiver.position - clock.missing_samples,
            "gaps": clock.gaps,
            "missing_samples": clock.missing_samples,
            # Not the jitter buffer's gaps: a key's packets take sequence numbers of the sound.
            "lost_packets": max(lost_by_clock, self._stats.rx_lost),
            "concealed_packets": clock.concealed_packets,
            "discarded_packets": clock.dropped_packets + (self._stats.jbuf_overflow or 0),
            "jitter_ms": float(self._stats.jbuf_jitter_ms or self._stats.rx_jitter_ms),
        }
        self._send(wire.packed_map(Kind.COUNTERS, self.number, fields))

    def _receive(self, receiver: Receiver, now_s: float) -> None:
        pcm = self._call.audio.read(_READ_BYTES)
        for position, samples in receiver.take(pcm, now_s):
            self._send(wire.packed_numbers(Kind.FRAME, self.number, position, 0, samples))

    def _transmit(self, sender: Sender, now_s: float) -> None:
        if sender.idle and self._reported == sender.through:
            return
        audio = self._call.audio
        buffered = audio.info().tx_buffered
        buffered += audio.write(pcm) if (pcm := sender.take(buffered, now_s)) else 0
        through = sender.progress(buffered)
        due = now_s - self._reported_at_s >= _REPORT_EVERY_S or not waits(through, sender.given)
        if through > self._reported and due:
            self._reported, self._reported_at_s = through, now_s
            position = self._receiver.position if self._receiver else 0
            self._send(wire.packed_numbers(Kind.HEARD, self.number, through, position))

    def _renegotiate(self, receiver: Receiver, sender: Sender) -> None:
        info = self._call.audio.info()
        if info.rx_ready:
            for position, samples in receiver.renegotiated(info.rx_sample_rate, info.rx_channels):
                self._send(wire.packed_numbers(Kind.FRAME, self.number, position, 0, samples))
        if info.tx_ready:
            sender.renegotiated(info.tx_sample_rate, info.tx_channels)

    def told(self, event: StackEvent) -> None:
        """Takes an event of the call, in order."""
        if event.event is Event.CALL_ESTABLISHED:
            self._established()
        elif event.event is Event.CALL_RTPESTAB:
            self._sound_flows()
        elif event.event is Event.CALL_PROGRESS:
            self._early_media = True
        elif event.event is Event.CALL_CLOSED and not self.over:
            self._closed(event.text or "")

    def _established(self) -> None:
        if self._receiver is not None:
            return
        try:
            info = self._call.audio.info()
            if self._early_media:
                # What rang before the answer is no part of the conversation.
                self._call.audio.read(_READ_BYTES)
        except (AudioNotActive, AudioRestarted):
            self._refused(488, "no audio was agreed")
            return
        self._receiver = Receiver(info.rx_sample_rate or 8_000, info.rx_channels or 1)
        self._sender = Sender(info.tx_sample_rate or 8_000, info.tx_channels or 1)
        self._established_s = time.monotonic()
        self._settled.set()
        for pcm in self._early:
            self._sender.give(pcm)
        self._early.clear()

    def _sound_flows(self) -> None:
        if self._receiver is not None and not self._answered:
            self._answered = True
            self._send(wire.packed_json(Kind.ANSWERED, self.number))
            self.count()

    def _closed(self, reason: str) -> None:
        if self._call.final_stats is not None:
            self._stats = self._call.final_stats
        if self._receiver is not None:
            self._sound_flows()
        if not self._answered:
            status = status_of(reason)
            self._refused(487 if self._ours else status, reason)
            return
        self.count()
        self.over = True
        self._send(wire.packed_json(Kind.ENDED, self.number, reason=reason, ours=self._ours))

    def _refused(self, status: int | None, reason: str, *, timed_out: bool = False) -> None:
        if self.over:
            return
        self.over = True
        self._settled.set()
        self._send(
            wire.packed_json(
                Kind.REFUSED, self.number, status=status, reason=reason, timed_out=timed_out
            )
        )

    def _on_digit(self, digit: DigitEvent) -> None:
        position = self._receiver.position if self._receiver else 0
        self._send(wire.packed_json(Kind.DIGIT, self.number, digit=digit.digit, position=position))

    def _on_stats(self, stats: CallStats) -> None:
        self._stats = stats

    def _codec(self, rate_hz: int) -> str:
        narrow = [codec for codec in self._codecs if codec in {"PCMU", "PCMA"}]
        if rate_hz == 8_000 and len(narrow) == 1:
            return f"{narrow[0]}/8000"
        return _CODEC_BY_RATE.get(rate_hz, f"L16/{rate_hz}")
