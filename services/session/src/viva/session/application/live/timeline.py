"""The candidate's sound on the interview's clock: put in order, without holes or repeats."""

from dataclasses import dataclass

from viva.platform.errors import InvalidError
from viva.session.domain.plan import SAMPLE_RATE_HZ

_BYTES = 2
# A frame further ahead than this is no late hole but a client that counts wrongly.
_AHEAD_SAMPLES = 120 * SAMPLE_RATE_HZ
_PENDING_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Hole:
    """Positions [start, end) of which nothing came, though later sound did."""

    start: int
    end: int


class Timeline:
    """Holds the sound from `start` until before `until`; what came too early waits beyond."""

    def __init__(self, start: int = 0) -> None:
        self._start = start
        self._pcm = bytearray()
        self._early: dict[int, bytes] = {}

    @property
    def start(self) -> int:
        """The first position that is held."""
        return self._start

    @property
    def until(self) -> int:
        """All sound between `start` and here is held."""
        return self._start + len(self._pcm) // _BYTES

    @property
    def hole(self) -> Hole | None:
        """What is missing before sound that came already."""
        if not self._early:
            return None
        return Hole(self.until, min(self._early))

    def add(self, position: int, pcm: bytes) -> bytes:
        """Takes sound; returns what is new and without a hole now, in order.

        Samples that are held already are dropped.

        Raises:
            InvalidError: half a sample, or a position that cannot be.
        """
        if len(pcm) % _BYTES or position < 0:
            raise InvalidError(
                "a frame is whole 16-bit samples at a position", code="frame_invalid"
            )
        if position > self.until + _AHEAD_SAMPLES:
            raise InvalidError("a frame lies minutes ahead", code="frame_ahead")
        before = self.until
        if position > before:
            self._keep_early(position, pcm)
        else:
            self._append(position, pcm)
            self._join_early()
        return self.window(before, self.until)

    def fill(self, end: int) -> bytes:
        """Gives up what is missing before `end`: it becomes silence. Returns what is new."""
        before = self.until
        if end > before:
            self._pcm += bytes((end - before) * _BYTES)
            self._join_early()
        return self.window(before, self.until)

    def prepend(self, pcm: bytes) -> None:
        """Puts sound before the first that is held."""
        self._pcm[:0] = pcm
        self._start -= len(pcm) // _BYTES

    def window(self, start: int, end: int) -> bytes:
        """What is held of [start, end)."""
        first = max(0, start - self._start) * _BYTES
        last = max(0, end - self._start) * _BYTES
        return bytes(self._pcm[first:last])

    def trim(self, before: int) -> None:
        """Forgets what lies before a position."""
        count = min(before, self.until) - self._start
        if count > 0:
            del self._pcm[: count * _BYTES]
            self._start += count

    def _append(self, position: int, pcm: bytes) -> None:
        known = (self.until - position) * _BYTES
        self._pcm += pcm[known:]

    def _keep_early(self, position: int, pcm: bytes) -> None:
        held = self._early.get(position, b"")
        if len(pcm) > len(held):
            self._early[position] = pcm
        if sum(map(len, self._early.values())) > _PENDING_BYTES:
            raise InvalidError("too much sound beyond a hole", code="frame_ahead")

    def _join_early(self) -> None:
        while self._early and min(self._early) <= self.until:
            position = min(self._early)
            pcm = self._early.pop(position)
            if position + len(pcm) // _BYTES > self.until:
                self._append(position, pcm)
