"""The telephone at the far end of a call."""

import asyncio
from collections import deque
from typing import Protocol

from viva.audio.pcm import FRAME_BYTES, level_dbfs, to_samples

SILENCE = bytes(FRAME_BYTES)
_LOUD_DBFS = -45.0
_WORD_FRAMES = 15
_PAUSE_FRAMES = 25


class Handset(Protocol):
    """What the carrier connects a call with; everything is PCM16 mono at 16 kHz."""

    def capture(self) -> bytes | None:
        """The next 20 ms from the microphone; None for 20 ms that never arrive."""
        ...

    def hear(self, pcm: bytes) -> None:
        """20 ms in the ear."""
        ...

    def take_keys(self) -> str:
        """Keys pressed since the last time."""
        ...

    @property
    def hung_up(self) -> bool:
        """Whether the person has hung up."""
        ...

    def over(self) -> None:
        """The other side has hung up."""
        ...


class ScriptedHandset:
    """A handset that a test holds."""

    def __init__(self) -> None:
        self._queue: deque[bytes | None] = deque()
        self._keys = ""
        self._heard = bytearray()
        self._empty = asyncio.Event()
        self._over = asyncio.Event()
        self._spoken_to = asyncio.Event()
        self._loud = self._quiet = 0
        self.hung_up = False

    async def say(self, pcm: bytes) -> None:
        """Speaks; returns when all was sent."""
        await self._queued(_frames(pcm))

    def begin(self, pcm: bytes) -> None:
        """Speaks as soon as the call is there."""
        self._queue.extend(_frames(pcm))

    async def wait_spoken_to(self) -> None:
        """Returns when something was said to it and then nothing for half a second."""
        self._loud, self._quiet = 0, 0
        self._spoken_to.clear()
        await self._spoken_to.wait()

    async def lose(self, ms: int) -> None:
        """Lets so much never arrive."""
        await self._queued([None] * (ms // 20))

    async def press(self, digit: str) -> None:
        """Presses a key."""
        self._keys += digit

    async def hang_up(self) -> None:
        """Hangs up."""
        self.hung_up = True

    async def wait_hung_up(self) -> None:
        """Returns when the other side has hung up."""
        await self._over.wait()

    def heard(self) -> bytes:
        """All that was heard."""
        return bytes(self._heard)

    def capture(self) -> bytes | None:
        """The next frame."""
        if not self._queue:
            self._empty.set()
            return SILENCE
        return self._queue.popleft()

    def hear(self, pcm: bytes) -> None:
        """Keeps it."""
        self._heard += pcm
        loud = level_dbfs(to_samples(pcm)) > _LOUD_DBFS
        self._loud, self._quiet = self._loud + loud, 0 if loud else self._quiet + 1
        if self._loud > _WORD_FRAMES and self._quiet > _PAUSE_FRAMES:
            self._spoken_to.set()

    def take_keys(self) -> str:
        """Keys pressed since the last time."""
        keys, self._keys = self._keys, ""
        return keys

    def over(self) -> None:
        """Notes it."""
        self._over.set()

    async def _queued(self, frames: list[bytes | None]) -> None:
        self._queue.extend(frames)
        self._empty.clear()
        await self._empty.wait()


def _frames(pcm: bytes) -> list[bytes | None]:
    padded = pcm.ljust(-(-len(pcm) // FRAME_BYTES) * FRAME_BYTES, b"\0")
    return [padded[at : at + FRAME_BYTES] for at in range(0, len(padded), FRAME_BYTES)]
