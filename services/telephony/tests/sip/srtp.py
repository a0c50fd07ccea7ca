"""A SIP peer behind TLS whose sound is encrypted, by a reading of the standards of its own.

Sources: RFC 4568 (keys in the session description), RFC 3711 sections 4.1.1, 4.2 and 4.3.
"""

import asyncio
import base64
import contextlib
import hmac
import re
import secrets
import ssl
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from services.telephony.tests.sip.peer import Address, Message, SipPeer
from services.telephony.tests.sip.rtp import RtpPerson

SUITE = "AES_CM_128_HMAC_SHA1_80"
_HEADER, _TAG = 12, 10
_MASTER = 30
_OFFERED = re.compile(rf"^a=crypto:(\d+) {SUITE} inline:([A-Za-z0-9+/=]+)", re.MULTILINE)


class Keys:
    """What one side's packets are encrypted and signed with; good for the first 65536 of them."""

    def __init__(self, master: bytes) -> None:
        self._master, self._salt = master[:16], master[16:_MASTER]
        self._cipher = self._derived(0, 16)
        self._signing = self._derived(1, 20)
        self._session_salt = int.from_bytes(self._derived(2, 14))

    def crypted(self, packet: bytes) -> bytes:
        """The payload of a packet, encrypted or decrypted."""
        sequence, ssrc = int.from_bytes(packet[2:4]), int.from_bytes(packet[8:_HEADER])
        start = self._session_salt << 16 ^ ssrc << 64 ^ sequence << 16
        return _counter(self._cipher, start, packet[_HEADER:])

    def tag(self, packet: bytes) -> bytes:
        """The signature of an encrypted packet."""
        return hmac.digest(self._signing, packet + bytes(4), "sha1")[:_TAG]

    def _derived(self, label: int, length: int) -> bytes:
        start = (int.from_bytes(self._salt) ^ label << 48) << 16
        return _counter(self._master, start, bytes(length))


class SrtpPerson(RtpPerson):
    """Speaks and hears encrypted.

    Attributes:
        wire: payloads as they came over the network.
        forged: packets whose signature was wrong.
    """

    profile = "RTP/SAVP"

    def __init__(self, tag: str, theirs: bytes) -> None:
        super().__init__()
        own = secrets.token_bytes(_MASTER)
        self.attributes = (f"a=crypto:{tag} {SUITE} inline:{base64.b64encode(own).decode()}",)
        self._own, self._theirs = Keys(own), Keys(theirs)
        self.wire = bytearray()
        self.forged = 0

    def datagram_received(self, data: bytes, addr: Address) -> None:
        packet, tag = data[:-_TAG], data[-_TAG:]
        if not hmac.compare_digest(self._theirs.tag(packet), tag):
            self.forged += 1
            return
        self.wire += packet[_HEADER:]
        super().datagram_received(packet[:_HEADER] + self._theirs.crypted(packet), addr)

    def _deliver(self, packet: bytes) -> None:
        sealed = packet[:_HEADER] + self._own.crypted(packet)
        super()._deliver(sealed + self._own.tag(sealed))


class SrtpPeer(SipPeer):
    """A trunk behind TLS; takes only calls that offer encryption.

    Args:
        certificate: PEM file with certificate and key.
    """

    parameters = ";transport=tls"

    def __init__(self, certificate: Path) -> None:
        super().__init__()
        self._certificate = certificate
        self._server: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def open(self) -> "SrtpPeer":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._certificate)
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def close(self) -> None:
        super().close()
        if self._writer:
            self._writer.close()
        if self._server:
            self._server.close()

    async def media_of(self, invite: Message) -> RtpPerson:
        offered = _OFFERED.search(invite.body)
        assert offered, "the offer names no keys"
        assert "RTP/SAVP" in invite.body
        tag, key = offered.groups()
        return await SrtpPerson(tag, base64.b64decode(key)).open()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"(?i)content-length: *(\d+)", head)
                body = await reader.readexactly(int(length.group(1))) if length else b""
                self.datagram_received(head + body, writer.get_extra_info("peername")[:2])

    def _send(self, data: bytes, addr: Address) -> None:
        del addr
        if self._writer:
            self._writer.write(data)


def _counter(key: bytes, start: int, text: bytes) -> bytes:
    """AES in counter mode, the counter in the lowest 16 bits."""
    cipher = Cipher(algorithms.AES(key), modes.CTR(start.to_bytes(16)))
    return cipher.encryptor().update(text)
