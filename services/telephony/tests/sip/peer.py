"""A SIP peer of a test: a trunk with one person behind it, in plain UDP, small enough to read."""

import asyncio
import hashlib
import re
import secrets
import socket
from dataclasses import dataclass, field

from services.telephony.tests.conformance.far_end import Behaviour
from services.telephony.tests.sip.rtp import Network, RtpPerson, perfect

Address = tuple[str, int]


@dataclass
class Message:
    """A request or a response, headers by lower-case name."""

    first: str
    headers: dict[str, list[str]]
    body: str = ""

    @classmethod
    def parse(cls, data: bytes) -> "Message":
        head, _, body = data.decode(errors="replace").partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        headers: dict[str, list[str]] = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers.setdefault(name.strip().lower(), []).append(value.strip())
        return cls(first, headers, body)

    def one(self, name: str) -> str:
        return self.headers.get(name, [""])[0]

    @property
    def method(self) -> str:
        return "" if self.first.startswith("SIP/2.0") else self.first.split()[0]

    @property
    def status(self) -> int:
        return int(self.first.split()[1]) if not self.method else 0

    def media(self) -> Address:
        host = re.search(r"^c=IN IP4 (\S+)", self.body, re.MULTILINE)
        port = re.search(r"^m=audio (\d+)", self.body, re.MULTILINE)
        assert host is not None
        assert port is not None
        return host.group(1), int(port.group(1))


@dataclass
class SipPerson:
    """The person of one call (the suite's Person)."""

    peer: "SipPeer"
    rtp: RtpPerson
    local: str
    remote: str = ""
    call_id: str = ""
    target: str = ""
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def say(self, pcm: bytes) -> None:
        await self.rtp.say(pcm)

    def heard(self) -> bytes:
        return self.rtp.heard()

    async def press(self, digit: str) -> None:
        await self.rtp.press(digit)

    async def lose(self, ms: int) -> None:
        await self.rtp.lose(ms)

    async def hang_up(self) -> None:
        self.peer.send_request("BYE", self, 7)
        self.rtp.close()

    async def hung_up(self) -> None:
        await self.gone.wait()


class SipPeer(asyncio.DatagramProtocol):
    """Answers INVITEs as told, and calls in.

    Args:
        password: asks for a digest (RFC 2617, MD5) of this password where one is given.

    Attributes:
        refusal, moved_to: what whoever rejects a call answers, and where else it points.
        notices: what we are told of the transfer that we asked for.
    """

    parameters = ""

    def __init__(self, password: str = "", network: Network = perfect) -> None:
        self.port = 0
        self.trunk_address: Address = ("127.0.0.1", 0)
        self.behaviour = Behaviour.ANSWER
        self.refusal = "603 Decline"
        self.moved_to = "peer"
        self.codecs = "0 101"
        self.people: list[SipPerson] = []
        self.arrived = asyncio.Event()
        self.authorised: list[bool] = []
        self.seen: list[str] = []
        self.invites: list[Message] = []
        self.notices: list[str] = []
        self._password = password
        self._network = network
        self._busy: list[asyncio.Future[None]] = []
        self._nonce = secrets.token_hex(8)
        self._transport: asyncio.DatagramTransport | None = None

    async def open(self) -> "SipPeer":
        bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        bound.bind(("127.0.0.1", 0))
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, sock=bound)
        self.port = bound.getsockname()[1]
        return self

    def close(self) -> None:
        for person in self.people:
            person.rtp.close()
        if self._transport:
            self._transport.close()

    async def person(self) -> SipPerson:
        await self.arrived.wait()
        return self.people[-1]

    async def call_in(self, caller: str, called: str) -> SipPerson:
        host, port = self.trunk_address
        person = SipPerson(
            self,
            await RtpPerson(self._network).open(),
            local=f"<sip:{caller}@127.0.0.1:{self.port}>;tag={secrets.token_hex(4)}",
            remote=f"<sip:{called}@{host}:{port}>",
            call_id=secrets.token_hex(8),
            target=f"sip:{called}@{host}:{port}",
        )
        self.people.append(person)
        self.send_request("INVITE", person, 1, self._sdp(person))
        self.arrived.set()
        return person

    def send_request(
        self, method: str, person: SipPerson, cseq: int, body: str = "", *more: str
    ) -> None:
        lines = [
            f"{method} {person.target} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{secrets.token_hex(6)}",
            "Max-Forwards: 70",
            f"From: {person.local}",
            f"To: {person.remote}",
            f"Call-ID: {person.call_id}",
            f"CSeq: {cseq} {method}",
            f"Contact: <sip:peer@127.0.0.1:{self.port}{self.parameters}>",
            *more,
        ]
        self._send(_with_body(lines, body), self.trunk_address)

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if not data.strip():
            return
        message = Message.parse(data)
        self.seen.append(message.first)
        if message.method == "INVITE":
            self._busy.append(asyncio.ensure_future(self._invited(message, addr)))
        elif message.method in {"BYE", "CANCEL"}:
            self._left(message, addr)
        elif message.method == "ACK":
            return
        elif message.method:
            self.notices += [message.body] if message.method == "NOTIFY" else []
            self._respond(message, addr, "200 OK")
        else:
            self._answered(message)

    async def media_of(self, invite: Message) -> RtpPerson:
        """The ear and mouth of whoever takes this call."""
        del invite
        return await RtpPerson(self._network).open()

    async def _invited(self, invite: Message, addr: Address) -> None:
        self.invites.append(invite)
        if self._password and not self._allowed(invite, addr):
            return
        if any(person.call_id == invite.one("call-id") for person in self.people):
            return
        self.trunk_address = addr
        tag = secrets.token_hex(4)
        self._respond(invite, addr, "100 Trying")
        if self.behaviour is Behaviour.BUSY:
            self._respond(invite, addr, "486 Busy Here", tag)
            return
        if self.behaviour is Behaviour.REJECT:
            self._respond(invite, addr, self.refusal, tag)
            return
        contact = re.search(r"<([^>]+)>", invite.one("contact"))
        person = SipPerson(
            self,
            await self.media_of(invite),
            local=f"{invite.one('to')};tag={tag}",
            remote=invite.one("from"),
            call_id=invite.one("call-id"),
            target=contact.group(1) if contact else "",
        )
        self.people.append(person)
        self._respond(invite, addr, "180 Ringing", tag)
        if self.behaviour is Behaviour.RING:
            return
        self._respond(invite, addr, "200 OK", tag, self._sdp(person))
        person.rtp.answered(invite.media())
        self.arrived.set()

    def _allowed(self, invite: Message, addr: Address) -> bool:
        given = dict(re.findall(r'(\w+)="?([^",]+)', invite.one("proxy-authorization")))
        if not given:
            challenge = f'Digest realm="trunk", nonce="{self._nonce}", algorithm=MD5'
            self._respond(
                invite, addr, "407 Proxy Authentication Required", "auth", challenge=challenge
            )
            return False
        user = _md5(f"{given['username']}:trunk:{self._password}")
        right = _md5(f"{user}:{self._nonce}:{_md5('INVITE:' + given['uri'])}")
        self.authorised.append(given["response"] == right)
        if not self.authorised[-1]:
            self._respond(invite, addr, "403 Forbidden", "auth")
        return self.authorised[-1]

    def _answered(self, response: Message) -> None:
        person = next(p for p in self.people if p.call_id == response.one("call-id"))
        if response.one("cseq") != "1 INVITE" or response.status < 200:
            return
        person.remote = response.one("to")
        self.send_request("ACK", person, 1)
        if response.status == 200:
            person.rtp.answered(response.media())
        else:
            person.gone.set()

    def _left(self, request: Message, addr: Address) -> None:
        self._respond(request, addr, "200 OK")
        for person in self.people:
            if person.call_id == request.one("call-id"):
                person.gone.set()
                person.rtp.close()

    def _sdp(self, person: SipPerson) -> str:
        return "\r\n".join(
            [
                "v=0",
                "o=- 1 1 IN IP4 127.0.0.1",
                "s=-",
                "c=IN IP4 127.0.0.1",
                "t=0 0",
                f"m=audio {person.rtp.port} {person.rtp.profile} {self.codecs}",
                *person.rtp.attributes,
                "a=rtpmap:0 PCMU/8000",
                "a=rtpmap:101 telephone-event/8000",
                "a=fmtp:101 0-16",
                "a=ptime:20",
                "a=sendrecv",
                "",
            ]
        )

    def _respond(
        self,
        request: Message,
        addr: Address,
        status: str,
        tag: str = "",
        body: str = "",
        challenge: str = "",
    ) -> None:
        to = request.one("to")
        lines = [f"SIP/2.0 {status}", *(f"Via: {via}" for via in request.headers["via"])]
        lines += [
            f"From: {request.one('from')}",
            f"To: {to};tag={tag}" if tag and "tag=" not in to else f"To: {to}",
            f"Call-ID: {request.one('call-id')}",
            f"CSeq: {request.one('cseq')}",
            f"Contact: <sip:{self.moved_to}@127.0.0.1:{self.port}{self.parameters}>",
        ]
        if challenge:
            lines.append(f"Proxy-Authenticate: {challenge}")
        self._send(_with_body(lines, body), addr)

    def _send(self, data: bytes, addr: Address) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.sendto(data, addr)


def _with_body(lines: list[str], body: str) -> bytes:
    if body:
        lines.append("Content-Type: application/sdp")
    lines += [f"Content-Length: {len(body)}", "", ""]
    return ("\r\n".join(lines) + body).encode()


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()
