"""The carrier's end of a media stream: 20 ms each way, a play-out buffer, marks."""

import asyncio
import base64
import contextlib
import json
import secrets
from collections import deque

import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from viva.audio.g711 import MULAW_SILENCE, decode_mulaw, encode_mulaw
from viva.audio.pcm import to_bytes, to_samples
from viva.audio.resample import StreamResampler
from viva.testkit.phone.handset import Handset
from viva.testkit.phone.signing import twilio_signature

FRAME = 160
_FRAME_S = 0.02


class MediaStream:
    """One stream of one call."""

    def __init__(self, url: str, account: str, token: str, call_sid: str, handset: Handset) -> None:
        self._url = url
        self._account = account
        self._token = token
        self._call_sid = call_sid
        self._handset = handset
        self._sid = "MZ" + secrets.token_hex(16)
        self._sequence = 0
        self._stamp_ms = 0
        # Bytes to be played, with marks between them.
        self._playing: deque[bytes | str] = deque()
        self._up = StreamResampler(8_000, 16_000)
        self._down = StreamResampler(16_000, 8_000)
        self._wide = bytearray()
        self._narrow = bytearray()

    async def run(self) -> None:
        """Streams until one side hangs up; a stream that is refused ends the call."""
        headers = {"X-Twilio-Signature": twilio_signature(self._token, self._url, {})}
        with contextlib.suppress(OSError, WebSocketException):
            async with connect(self._url, additional_headers=headers, compression=None) as socket:
                await self._begin(socket)
                reading = asyncio.create_task(self._read(socket))
                try:
                    await self._tick(socket, reading)
                finally:
                    reading.cancel()
                    await asyncio.gather(reading, return_exceptions=True)

    async def _begin(self, socket: ClientConnection) -> None:
        await socket.send(
            json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        )
        start = {
            "streamSid": self._sid,
            "accountSid": self._account,
            "callSid": self._call_sid,
            "tracks": ["inbound"],
            "customParameters": {},
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        }
        await self._send(socket, {"event": "start", "start": start})

    async def _tick(self, socket: ClientConnection, reading: "asyncio.Task[None]") -> None:
        """One frame each way every 20 ms, until the person or the other side hangs up."""
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        while not reading.done():
            due_s += _FRAME_S
            await asyncio.sleep(max(0.0, due_s - loop.time()))
            if self._handset.hung_up:
                stop = {"accountSid": self._account, "callSid": self._call_sid}
                await self._send(socket, {"event": "stop", "stop": stop})
                return
            await self._play(socket)
            await self._capture(socket)
            for digit in self._handset.take_keys():
                dtmf = {"track": "inbound_track", "digit": digit}
                await self._send(socket, {"event": "dtmf", "dtmf": dtmf})

    async def _play(self, socket: ClientConnection) -> None:
        frame = bytearray()
        while self._playing and len(frame) < FRAME:
            first = self._playing.popleft()
            if isinstance(first, str):
                await self._send(socket, {"event": "mark", "mark": {"name": first}})
                continue
            needed = FRAME - len(frame)
            frame += first[:needed]
            if first[needed:]:
                self._playing.appendleft(first[needed:])
        while self._playing and isinstance(self._playing[0], str):
            name = self._playing.popleft()
            await self._send(socket, {"event": "mark", "mark": {"name": name}})
        played = bytes(frame).ljust(FRAME, bytes([MULAW_SILENCE]))
        self._wide += to_bytes(self._up.feed(decode_mulaw(played)))
        while len(self._wide) >= 640:
            self._handset.hear(bytes(self._wide[:640]))
            del self._wide[:640]

    async def _capture(self, socket: ClientConnection) -> None:
        captured = self._handset.capture()
        stamp_ms, self._stamp_ms = self._stamp_ms, self._stamp_ms + 20
        if captured is None:
            return
        narrow = self._down.feed(to_samples(captured))
        self._narrow += encode_mulaw(np.asarray(narrow))
        if len(self._narrow) < FRAME:
            return
        payload = base64.b64encode(self._narrow[:FRAME]).decode()
        del self._narrow[:FRAME]
        media = {
            "track": "inbound",
            "chunk": str(self._sequence),
            "timestamp": str(stamp_ms),
            "payload": payload,
        }
        await self._send(socket, {"event": "media", "media": media})

    async def _read(self, socket: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for text in socket:
                message = json.loads(text)
                match message["event"]:
                    case "media":
                        self._playing.append(base64.b64decode(message["media"]["payload"]))
                    case "mark":
                        self._playing.append(str(message["mark"]["name"]))
                    case "clear":
                        cleared, self._playing = self._playing, deque()
                        for name in cleared:
                            if isinstance(name, str):
                                await self._send(socket, {"event": "mark", "mark": {"name": name}})

    async def _send(self, socket: ClientConnection, message: dict[str, object]) -> None:
        self._sequence += 1
        own = {"sequenceNumber": str(self._sequence), "streamSid": self._sid}
        await socket.send(json.dumps({**message, **own}))
