"""A bad network between a SIP trunk and its exchange: packets of sound are lost, late, overtaken.

It passes SIP on and puts itself into the session descriptions, so that all sound goes through it.
"""

import asyncio
import re
import socket
from collections.abc import Callable
from typing import Self

from services.telephony.tests.sip.rtp import Network, rough

Address = tuple[str, int]
HOST = "127.0.0.1"
LOSS, JITTER_S = 0.05, 0.04
_MEDIA = re.compile(rb"(?m)^(m=audio )(\d+)")
_LENGTH = re.compile(rb"(?i)(content-length: *)\d+")
_CALL_ID = re.compile(rb"(?im)^call-id: *(\S+)")


class RoughLine(asyncio.DatagramProtocol):
    """Stands before an exchange; `port` is the trunk's.

    Attributes:
        port: of signalling.
        passed, lost: packets of sound, both ways.
    """

    def __init__(self) -> None:
        self.port = 0
        self.passed = self.lost = 0
        self._exchange: Address = (HOST, 0)
        self._trunks: dict[bytes, Address] = {}
        self._relays: dict[tuple[bytes, bool], _Relay] = {}
        self._transport: asyncio.DatagramTransport | None = None

    async def open(self, exchange_port: int) -> Self:
        """Begins to pass on."""
        self._exchange = (HOST, exchange_port)
        bound = _bound()
        self.port = bound.getsockname()[1]
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, sock=bound)
        return self

    def close(self) -> None:
        """Passes nothing on any more."""
        for relay in self._relays.values():
            relay.close()
        if self._transport:
            self._transport.close()

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Address) -> None:
        found = _CALL_ID.search(data)
        if not found or not self._transport:
            return
        call_id, outwards = found.group(1), addr != self._exchange
        if outwards:
            self._trunks[call_id] = addr
        to = self._exchange if outwards else self._trunks.get(call_id)
        if to:
            self._transport.sendto(self._through_us(data, call_id, outwards), to)

    def _through_us(self, data: bytes, call_id: bytes, outwards: bool) -> bytes:
        """The message with our port for sound in place of its sender's."""
        head, mark, body = data.partition(b"\r\n\r\n")
        media = _MEDIA.search(body)
        if media is None:
            return data
        # What is sent to the one side's relay goes on to it, from the other side's.
        theirs, ours = self._relay(call_id, outwards), self._relay(call_id, not outwards)
        theirs.to, theirs.by = (HOST, int(media.group(2))), ours
        body = _MEDIA.sub(rb"\g<1>%d" % theirs.port, body, count=1)
        return _LENGTH.sub(rb"\g<1>%d" % len(body), head) + mark + body

    def _relay(self, call_id: bytes, outwards: bool) -> "_Relay":
        key = (call_id, outwards)
        if key not in self._relays:
            seed = len(self._relays)
            self._relays[key] = _Relay(rough(LOSS, JITTER_S, seed), self._count)
        return self._relays[key]

    def _count(self, lost: bool) -> None:
        self.lost += lost
        self.passed += not lost


class _Relay:
    """Takes one direction's packets and gives them to `to`, sent by the other direction's socket.

    RTCP, a port above, is not passed on.
    """

    def __init__(self, network: Network, count: Callable[[bool], None]) -> None:
        self._network = network
        self._count = count
        self._socket = _bound()
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]
        self.to: Address | None = None
        self.by: _Relay | None = None
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._read)

    def close(self) -> None:
        self._loop.remove_reader(self._socket)
        self._socket.close()

    def send(self, packet: bytes, to: Address) -> None:
        if self._socket.fileno() >= 0:
            self._socket.sendto(packet, to)

    def _read(self) -> None:
        packet = self._socket.recv(2048)
        delay_s = self._network(packet)
        self._count(delay_s is None)
        if delay_s is not None and self.to and self.by:
            self._loop.call_later(delay_s, self.by.send, packet, self.to)


def _bound() -> socket.socket:
    """A socket on a free even port, as RTP has."""
    while True:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind((HOST, 0))
        if made.getsockname()[1] % 2 == 0:
            return made
        made.close()
