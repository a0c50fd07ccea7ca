"""A person's end of an RTP stream, sample by sample: what a SIP peer in a test says and hears."""

import asyncio
import random
import socket
import struct
from collections.abc import Callable

import numpy as np

from viva.audio.g711 import MULAW_SILENCE, decode_mulaw, encode_mulaw
from viva.audio.pcm import to_bytes, to_samples
from viva.audio.resample import StreamResampler

FRAME = 160
_HEADER = struct.Struct("!BBHII")
_PCMU, _TELEPHONE_EVENT = 0, 101
_KEYS = "0123456789*#"

Network = Callable[[bytes], float | None]
"""Delay in seconds of a packet, or None where it is lost."""


def perfect(_packet: bytes) -> float | None:
    return 0.0


def rough(loss: float, jitter_s: float, seed: int = 7) -> Network:
    """Loses packets at random, and delays each by up to `jitter_s`."""
    chance = random.Random(seed)
    return lambda _: None if chance.random() < loss else chance.random() * jitter_s


class RtpPerson(asyncio.DatagramProtocol):
    """Sends mu-law in real time, silence too, from the answer on; keeps what it hears.

    Attributes:
        profile, attributes: of the session description.
    """

    profile = "RTP/AVP"
    attributes: tuple[str, ...] = ()

    def __init__(self, network: Network = perfect) -> None:
        self.port = 0
        self.sent_packets = 0
        self.lost_packets = 0
        self.heard_ulaw = bytearray()
        self.heard_at: list[float] = []
        self._network = network
        self._speech: asyncio.Queue[tuple[bytes, asyncio.Future[None] | None]] = asyncio.Queue()
        self._peer: tuple[str, int] | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self._sender: asyncio.Task[None] | None = None
        self._sequence, self._timestamp = random.randrange(30_000), random.randrange(1 << 30)
        self._silenced_frames = 0
        self._down = StreamResampler(16_000, 8_000)

    async def open(self) -> "RtpPerson":
        loop = asyncio.get_running_loop()
        bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        bound.bind(("127.0.0.1", 0))
        await loop.create_datagram_endpoint(lambda: self, sock=bound)
        self.port = bound.getsockname()[1]
        return self

    def answered(self, peer: tuple[str, int]) -> None:
        """The call stands: sound flows to `peer`."""
        self._peer = peer
        self.heard_ulaw.clear()
        self._sender = self._sender or asyncio.create_task(self._send_for_ever())

    def close(self) -> None:
        if self._sender:
            self._sender.cancel()
        if self._transport:
            self._transport.close()

    async def say(self, pcm: bytes) -> None:
        # Aside, or what is sent meanwhile would stand still.
        ulaw = await asyncio.to_thread(lambda: encode_mulaw(self._down.feed(to_samples(pcm))))
        spoken = asyncio.get_running_loop().create_future()
        frames = [ulaw[at : at + FRAME] for at in range(0, len(ulaw), FRAME)]
        for frame in frames[:-1]:
            self._speech.put_nowait((frame, None))
        self._speech.put_nowait((frames[-1].ljust(FRAME, bytes([MULAW_SILENCE])), spoken))
        await spoken

    async def lose(self, ms: int) -> None:
        """Nothing of the next `ms` arrives."""
        self._silenced_frames = ms // 20
        await self.say(b"\0\0" * (ms * 16))

    async def press(self, digit: str) -> None:
        """RFC 4733: the event from its start to its end, the last report three times."""
        event, timestamp = _KEYS.index(digit), self._timestamp
        for step in range(8):
            ends = step >= 5
            duration = FRAME * (min(step, 5) + 1)
            payload = struct.pack("!BBH", event, (0x80 if ends else 0) | 10, duration)
            self._send_packet(_TELEPHONE_EVENT, payload, timestamp, marker=step == 0)
            await asyncio.sleep(0.02)

    def heard(self) -> bytes:
        return heard_as_mulaw(bytes(self.heard_ulaw))

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, _addr: tuple[str, int]) -> None:
        if len(data) > _HEADER.size and data[1] & 0x7F == _PCMU:
            self.heard_ulaw += data[_HEADER.size :]
            self.heard_at.append(asyncio.get_running_loop().time())

    async def _send_for_ever(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            frame, spoken = bytes([MULAW_SILENCE]) * FRAME, None
            if not self._speech.empty():
                frame, spoken = self._speech.get_nowait()
            if self._silenced_frames:
                self._silenced_frames -= 1
                self._sequence += 1
            else:
                self._send_packet(_PCMU, frame, self._timestamp)
            self._timestamp += FRAME
            if spoken is not None and not spoken.done():
                spoken.set_result(None)
            due += 0.02
            await asyncio.sleep(due - loop.time())

    def _send_packet(self, kind: int, payload: bytes, timestamp: int, marker: bool = False) -> None:
        self._sequence += 1
        packet = _HEADER.pack(
            0x80, kind | marker << 7, self._sequence & 0xFFFF, timestamp & 0xFFFFFFFF, 0x5EED
        )
        self.sent_packets += 1
        delay_s = self._network(packet)
        if delay_s is None:
            self.lost_packets += 1
        elif delay_s == 0:
            self._deliver(packet + payload)
        else:
            asyncio.get_running_loop().call_later(delay_s, self._deliver, packet + payload)

    def _deliver(self, packet: bytes) -> None:
        if self._transport and self._peer and not self._transport.is_closing():
            self._transport.sendto(packet, self._peer)

    def throw(self, garbage: bytes) -> None:
        """Sends bytes that are no RTP of this call."""
        self._deliver(garbage)


def heard_as_mulaw(ulaw: bytes) -> bytes:
    """PCM16 at 16 kHz of what may be mu-law."""
    resampler = StreamResampler(8_000, 16_000)
    return to_bytes(np.concatenate([resampler.feed(decode_mulaw(ulaw)), resampler.finish()]))
