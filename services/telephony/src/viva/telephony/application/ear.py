"""What the person says, without a hole: missing sound is silence at once, absence after seconds."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Self

from viva.audio.pcm import SAMPLE_BYTES, samples_in
from viva.edge.messages import MAX_FRAME_SAMPLES
from viva.telephony.application.ports import CallLeg, Frame

ABSENT_MS = 5_000
_PATIENCE_S = 0.1
_OWN_STALL_S = 0.05
_MOST_WAITING = 500


class Ear:
    """Reads a leg's frames; a gap comes out as silence, up to ABSENT_MS without a word.

    Positions are the leg's. A line that stalls gets its silence while it stalls, so that the
    conversation goes on; what comes late after all is said behind that silence, no word is lost,
    and from there on positions are later than the leg's, until a hole of the leg makes up for it.
    """

    def __init__(self, leg: CallLeg) -> None:
        self._leg = leg
        self._waiting: asyncio.Queue[Frame | None] = asyncio.Queue(_MOST_WAITING)
        self._next_position = 0
        self._filled_ms = 0.0
        self._later = 0
        self._pending: Frame | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._read(), name="ear")
        return self

    async def __aexit__(self, *_exc: object) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    @property
    def position(self) -> int:
        """Of the next frame, as far as it is known."""
        return self._next_position

    def at(self, position: int) -> int:
        """Where a position of the leg is here."""
        return position + self._later

    async def next(self) -> Frame | None:
        """The next 20 ms or so, MAX_FRAME_SAMPLES at most; None at the leg's end."""
        if self._pending is not None:
            return self._place(self._pending)
        loop = asyncio.get_running_loop()
        while True:
            asked_s = loop.time()
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    frame = await self._waiting.get()
            except TimeoutError:
                if loop.time() - asked_s > _PATIENCE_S + _OWN_STALL_S:
                    # This process itself stood still: what came meanwhile waits to be read.
                    continue
                if self._next_position and self._filled_ms < ABSENT_MS:
                    return self._silence(samples_in(_PATIENCE_S * 1000))
                continue
            return self._place(frame) if frame else None

    def _place(self, frame: Frame) -> Frame | None:
        """The frame itself, or the silence before it first."""
        self._next_position = self._next_position or frame.position
        missing = self.at(frame.position) - self._next_position
        if missing > 0:
            made_up = min(missing, self._later)
            self._later -= made_up
            missing -= made_up
        if missing > 0:
            self._pending = frame
            return self._silence(min(missing, MAX_FRAME_SAMPLES))
        self._pending, self._filled_ms = None, 0.0
        self._later -= missing
        placed = Frame(self._next_position, frame.pcm)
        self._next_position += len(frame.pcm) // SAMPLE_BYTES
        return placed

    def _silence(self, samples: int) -> Frame:
        silence = Frame(self._next_position, bytes(samples * SAMPLE_BYTES), missing=True)
        self._next_position += samples
        self._filled_ms += samples / 16
        return silence

    async def _read(self) -> None:
        try:
            async for frame in self._leg.frames():
                for piece in _pieces(frame):
                    self._put(piece)
        finally:
            self._put(None)

    def _put(self, frame: Frame | None) -> None:
        if self._waiting.full():
            # Nobody listens for ten seconds: what is oldest is gone, the positions show it.
            self._waiting.get_nowait()
        self._waiting.put_nowait(frame)


def _pieces(frame: Frame) -> Iterator[Frame]:
    """The frame as the session takes it: a line that stood still gives all that came at once."""
    size = MAX_FRAME_SAMPLES * SAMPLE_BYTES
    for start in range(0, len(frame.pcm), size):
        yield Frame(frame.position + start // SAMPLE_BYTES, frame.pcm[start : start + size])
