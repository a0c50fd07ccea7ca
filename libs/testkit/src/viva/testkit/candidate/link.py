"""The candidate's end of the WebSocket: frames, numbered facts, what is not durable yet."""

import asyncio
import json
import ssl
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx
import websockets
from websockets.asyncio.client import ClientConnection, connect

SUBPROTOCOL = websockets.Subprotocol("viva.v1")
UTTERANCE = 0x81
PCM16 = 1
HEADER = struct.Struct("<BQ")
OVER_CODES = {1000, 4401, 4409, 4410}
RECONNECT_TRIES = 40
RECONNECT_WAIT_S = 0.5

Message = dict[str, Any]


class JoinRefusedError(Exception):
    """The gateway refused the join link; `code` is the problem's code.

    Attributes:
        status: of HTTP; from 500 on it is worth another try.
    """

    def __init__(self, code: str, detail: str, status: int = 0) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.status = status


@dataclass(frozen=True)
class Ticket:
    """What the join token was swapped for."""

    stream_url: str
    credential: str
    interview: Message


async def exchange(join_url: str) -> Ticket:
    """Swaps the token of a join link for a session credential.

    Raises:
        JoinRefusedError: the link is unknown, replaced, expired or its interview is over.
    """
    parts = urlsplit(join_url)
    token = dict(pair.split("=", 1) for pair in parts.fragment.split("&") if "=" in pair).get("t")
    if not token:
        raise JoinRefusedError("token_missing", "the join link has no #t=...")
    base = f"{parts.scheme}://{parts.netloc}"
    async with httpx.AsyncClient(base_url=base, timeout=15, verify=_trusted()) as client:
        answer = await client.post("/v1/join/exchange", json={"token": token})
    body = answer.json()
    if answer.status_code != 200:
        status = answer.status_code
        raise JoinRefusedError(body.get("code", str(status)), body.get("detail", ""), status)
    scheme = "wss" if parts.scheme == "https" else "ws"
    return Ticket(
        f"{scheme}://{parts.netloc}/v1/join/stream", body["credential"], body["interview"]
    )


@cache
def _trusted() -> ssl.SSLContext:
    """Read once: it takes a tenth of a second, in which nobody else on this loop can speak."""
    return httpx.create_ssl_context()


@dataclass
class Link:
    """One candidate's connection: it reconnects, and sends again what was not durable.

    Attributes:
        position: the next sample's position on the interview's clock.
        durable: samples before this one are stored, as the session says.
        journal: all that was captured, from position 0, if it is kept.
    """

    ticket: Ticket
    on_message: Callable[[Message], None]
    on_utterance: Callable[[Message, bytes], None]
    position: int = 0
    over: str = ""
    durable: int = 0
    journal: bytearray | None = None
    _socket: ClientConnection | None = None
    _epoch: int = 0
    _fact: int = 0
    _fresh: bool = True
    _frames: deque[tuple[int, bytes]] = field(default_factory=deque)
    _facts: deque[tuple[int, Message]] = field(default_factory=deque)
    _outbox: asyncio.Queue[str | bytes] = field(default_factory=asyncio.Queue)
    _announced: Message | None = None
    _attached: asyncio.Event = field(default_factory=asyncio.Event)
    _flowing: asyncio.Event = field(default_factory=asyncio.Event)
    _present: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._flowing.set()
        self._present.set()

    @property
    def fresh(self) -> bool:
        """True while positions are not yet on the interview's clock."""
        return self._fresh

    @property
    def attached(self) -> bool:
        """True while the session listens."""
        return self._attached.is_set()

    async def run(self) -> None:
        """Connects, and connects again, until the interview is over.

        Raises:
            ConnectionError: the gateway could not be reached any more.
        """
        tries = 0
        while not self.over:
            await self._present.wait()
            try:
                async with connect(
                    self.ticket.stream_url, subprotocols=[SUBPROTOCOL], max_size=8 * 2**20
                ) as socket:
                    tries = 0
                    await self._converse(socket)
            except (OSError, websockets.WebSocketException) as error:
                tries += 1
                if tries >= RECONNECT_TRIES:
                    raise ConnectionError(f"the gateway cannot be reached: {error}") from error
            if not self.over:
                await asyncio.sleep(RECONNECT_WAIT_S)

    async def drop(self, *, away: bool = False) -> None:
        """Loses the connection, as a phone in a lift does; `away` until `come_back`."""
        if away:
            self._present.clear()
        if self._socket is not None:
            self._socket.transport.abort()

    def come_back(self, *, fresh: bool) -> None:
        """Lets the link connect again.

        Args:
            fresh: as a reloaded page, which knows nothing of what was before.
        """
        if fresh:
            self._fresh, self._epoch, self.position, self._fact = True, 0, 0, 0
            self._frames.clear()
            self._facts.clear()
        self._present.set()

    def stall(self, stalled: bool) -> None:
        """Holds back (or lets go) all that is sent, as a bad uplink does."""
        if stalled:
            self._flowing.clear()
        else:
            self._flowing.set()

    def send_audio(self, pcm: bytes) -> None:
        """Sends one frame of PCM16 at the present position, and keeps it until it is durable."""
        frame = HEADER.pack(PCM16, self.position) + pcm
        if self.journal is not None:
            self.journal[2 * self.position :] = pcm
        self._frames.append((self.position, frame))
        self.position += len(pcm) // 2
        if self.attached:
            self._outbox.put_nowait(frame)

    def send_fact(self, fact_type: str, /, **fields: Any) -> None:
        """States a numbered fact, and keeps it until it is durable."""
        self._fact += 1
        message = {"type": fact_type, "fact": self._fact, **fields}
        self._facts.append((self._fact, message))
        if self.attached:
            self._outbox.put_nowait(json.dumps(message))

    async def _converse(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._outbox = asyncio.Queue()
        await socket.send(json.dumps(self._attach_message()))
        sender = asyncio.create_task(self._send(socket))
        try:
            async for raw in socket:
                self._receive(raw)
        finally:
            self._attached.clear()
            sender.cancel()
            self._socket = None
            if socket.close_code in OVER_CODES and not self.over:
                self.over = f"closed_{socket.close_code}"

    def _attach_message(self) -> Message:
        return {
            "type": "attach",
            "credential": self.ticket.credential,
            "fresh": self._fresh,
            "last_epoch": self._epoch,
            "position": self.position,
            "buffered_from": self._frames[0][0] if self._frames else self.position,
            "facts_buffered_from": self._facts[0][0] if self._facts else self._fact + 1,
            "playing": None,
        }

    async def _send(self, socket: ClientConnection) -> None:
        while True:
            try:
                async with asyncio.timeout(0.25):
                    message = await self._outbox.get()
            except TimeoutError:
                message = json.dumps({"type": "heartbeat"})
            await self._flowing.wait()
            try:
                await socket.send(message)
            except websockets.ConnectionClosed:
                return  # whoever reads from the socket sees it too, and connects again

    def _receive(self, raw: str | bytes) -> None:
        if isinstance(raw, bytes):
            kind, number = HEADER.unpack_from(raw)
            announced, self._announced = self._announced, None
            if kind == UTTERANCE and announced and announced["number"] == number:
                self.on_utterance(announced, raw[HEADER.size :])
            return
        message: Message = json.loads(raw)
        match message["type"]:
            case "attached":
                self._take_up(message)
            case "durable":
                self._forget(message["position"], message["fact"])
            case "utterance":
                self._announced = message
            case "end":
                self.over = message["reason"]
            case "replaced":
                self.over = "replaced"
        self.on_message(message)

    def _take_up(self, attached: Message) -> None:
        self._epoch = attached["epoch"]
        if self._fresh:
            self._fresh = False
            self.position = attached["base_position"]
            self._fact = max(self._fact, attached["resume_fact"] - 1)
        for position, frame in self._frames:
            if position >= attached["resume_from"]:
                self._outbox.put_nowait(frame)
        for number, message in self._facts:
            if number >= attached["resume_fact"]:
                self._outbox.put_nowait(json.dumps(message))
        self._attached.set()

    def _forget(self, position: int, fact: int) -> None:
        self.durable = max(self.durable, position)
        while self._frames and self._frames[0][0] < position:
            self._frames.popleft()
        while self._facts and self._facts[0][0] <= fact:
            self._facts.popleft()
