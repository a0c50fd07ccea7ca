"""A media stream's leg on invented time: what stalls do to sound, and what a flush takes back."""

import asyncio
import base64
import contextlib
import json
from collections import deque
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import numpy as np
import pytest

from viva.audio.g711 import MULAW_SILENCE, decode_mulaw, encode_mulaw
from viva.audio.pcm import samples_in, to_bytes, to_samples
from viva.telephony.adapters.providers.twilio.leg import TwilioLeg
from viva.telephony.application.ports import Frame, Heard

FRAME_S = 0.02
TONE = to_bytes((np.sin(np.arange(32_000) * np.pi / 8) * 9_000).astype(np.int16))
LOUD = encode_mulaw(np.full(160, 9_000, np.int16))


class InventedTime(asyncio.SelectorEventLoop):
    """A loop whose clock goes on to the next timer when nothing else is to be done."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 1_000.0

    def time(self) -> float:
        return self.now_s

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self.now_s = max(self.now_s, self._scheduled[0].when())  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


def run(work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=InventedTime) as runner:
        runner.run(work)


def stall(seconds: float) -> None:
    """This process stands still; the world goes on."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, InventedTime)
    loop.now_s += seconds


class Carrier:
    """The far end: plays 20 ms at a time what it was sent, silence where it was sent nothing."""

    def __init__(self) -> None:
        self.played = bytearray()
        self._waiting: deque[bytes | str] = deque()
        self._up: asyncio.Queue[str | None] = asyncio.Queue()
        self._stamp_ms = 0

    async def take(self, text: str) -> None:
        message = json.loads(text)
        match message["event"]:
            case "media":
                self._waiting.append(base64.b64decode(message["media"]["payload"]))
            case "mark":
                self._waiting.append(message["mark"]["name"])
            case "clear":
                marks = [mark for mark in self._waiting if isinstance(mark, str)]
                self._waiting.clear()
                for mark in marks:
                    self._mark(mark)

    async def play_for_ever(self) -> None:
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        while True:
            due_s += FRAME_S
            await asyncio.sleep(due_s - loop.time())
            frame = bytes([MULAW_SILENCE]) * 160
            if self._waiting and isinstance(self._waiting[0], bytes):
                frame = self._waiting.popleft()  # type: ignore[assignment]
            self.played += frame
            while self._waiting and isinstance(self._waiting[0], str):
                self._mark(self._waiting.popleft())  # type: ignore[arg-type]

    def say(self, frames: int, *, skipped: int = 0) -> None:
        self._stamp_ms += skipped * 20
        for _ in range(frames):
            media = {"timestamp": str(self._stamp_ms), "payload": base64.b64encode(LOUD).decode()}
            self._up.put_nowait(json.dumps({"event": "media", "media": media}))
            self._stamp_ms += 20

    async def messages(self) -> AsyncIterator[str]:
        while (text := await self._up.get()) is not None:
            yield text

    def _mark(self, name: str) -> None:
        self._up.put_nowait(json.dumps({"event": "mark", "mark": {"name": name}}))

    def tears(self) -> int:
        """Frames of silence between the first and the last loud one."""
        frames = [self.played[at : at + 160] for at in range(0, len(self.played), 160)]
        loud = [n for n, f in enumerate(frames) if np.abs(decode_mulaw(bytes(f))).max() > 2_000]
        return loud[-1] - loud[0] + 1 - len(loud)


class Call:
    """A leg with a carrier, streaming."""

    def __init__(self) -> None:
        self.carrier = Carrier()
        self.leg = TwilioLeg(600, self._hang_up)
        self._tasks: list[asyncio.Task[None]] = []

    async def _hang_up(self, _sid: str, _answered: bool) -> None:
        return

    async def __aenter__(self) -> "Call":
        stream = self.leg.stream("MZ1", self.carrier.take, self.carrier.messages())
        self._tasks = [
            asyncio.create_task(stream),
            asyncio.create_task(self.carrier.play_for_ever()),
        ]
        await self.leg.answered()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.leg.hang_up()
        self._tasks[1].cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def frames(self, number: int) -> list[Frame]:
        source = self.leg.frames()
        return [await anext(source) for _ in range(number)]

    async def heard(self) -> list[int]:
        """How far each report until now says that it was heard."""
        found: list[int] = []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.01):
                async for event in self.leg.events():
                    found += [event.through] if isinstance(event, Heard) else []
        return found


@pytest.mark.parametrize("stall_s", [0.0, 0.05, 0.15])
def test_a_process_that_stands_still_for_a_moment_tears_no_sound(stall_s: float) -> None:
    async def scene() -> None:
        async with Call() as call:
            await asyncio.sleep(0.1)
            playing = asyncio.create_task(call.leg.play(TONE))
            for _ in range(3):
                await asyncio.sleep(0.4)
                stall(stall_s)
            await playing
            await asyncio.sleep(0.3)
            assert call.carrier.tears() == 0

    run(scene())


def test_play_returns_when_little_waits_here_and_there() -> None:
    async def scene() -> None:
        loop = asyncio.get_running_loop()
        async with Call() as call:
            began_s = loop.time()
            await call.leg.play(TONE)
            assert 1.92 <= loop.time() - began_s <= 2.0

    run(scene())


def test_a_flush_takes_back_what_waits_at_the_carrier() -> None:
    async def scene() -> None:
        loop = asyncio.get_running_loop()
        async with Call() as call:
            playing = asyncio.create_task(call.leg.play(TONE))
            await asyncio.sleep(1.05)
            heard = len(TONE) // 2 - await call.leg.flush()
            assert abs(heard - samples_in(1_050)) <= samples_in(40)
            await playing
            flushed_s = loop.time()
            await call.leg.play(TONE[: 2 * samples_in(200)])
            await asyncio.sleep(0.2)
            # What follows waits for nothing, and only what was heard is reported.
            assert loop.time() - flushed_s < 0.45
            reports = await call.heard()
            before = [through for through in reports if through <= len(TONE) // 2]
            assert max(before) <= heard
            assert reports[-1] == len(TONE) // 2 + samples_in(200)

    run(scene())


def test_what_a_network_held_up_is_all_there_and_no_gap() -> None:
    async def scene() -> None:
        async with Call() as call:
            call.carrier.say(10)
            await asyncio.sleep(0.7)
            call.carrier.say(45)
            frames = await call.frames(55)
            assert [frame.position for frame in frames[1:]] == [
                frame.position + len(frame.pcm) // 2 for frame in frames[:-1]
            ]
            assert call.leg.counters().gaps == 0

    run(scene())


def test_what_the_stamps_leave_out_is_a_gap() -> None:
    async def scene() -> None:
        async with Call() as call:
            call.carrier.say(10)
            call.carrier.say(10, skipped=20)
            frames = await call.frames(20)
            ends = [frame.position + len(frame.pcm) // 2 for frame in frames]
            assert frames[10].position - ends[9] == samples_in(400)
            assert len(to_samples(frames[10].pcm)) > 0
            assert call.leg.counters().missing_samples == samples_in(400)

    run(scene())
