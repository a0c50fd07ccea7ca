"""Which samples of which objects lie where on the interview's clock."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Clip:
    """A run of samples of an object, placed on the clock.

    Attributes:
        key: the object.
        position: on the interview's clock, of the run's first sample.
        offset: of that sample in the object.
        count: samples.
        header_bytes: of the object, before its samples.
    """

    key: str
    position: int
    offset: int
    count: int
    header_bytes: int = 0

    @property
    def end(self) -> int:
        """The position after its last sample."""
        return self.position + self.count


@dataclass(frozen=True)
class Tracks:
    """The two sides of a conversation. Where clips overlap the later one is heard."""

    candidate: tuple[Clip, ...]
    interviewer: tuple[Clip, ...]

    @property
    def length(self) -> int:
        """Samples from the clock's zero to the last that was stored or played."""
        return max((clip.end for clip in (*self.candidate, *self.interviewer)), default=0)


@dataclass(frozen=True)
class Piece:
    """What one clip puts into a block.

    Attributes:
        key: the object.
        start_byte: of the object, the first to read; `end_byte` is the one after the last.
        at: sample of the block where it begins.
    """

    key: str
    start_byte: int
    end_byte: int
    at: int


def blocks(length: int, block: int) -> Iterator[tuple[int, int]]:
    """Cuts [0, length) into blocks of at most `block` samples."""
    for start in range(0, length, block):
        yield start, min(length, start + block)


def pieces(clips: Iterable[Clip], start: int, end: int) -> list[Piece]:
    """What the clips put into the block [start, end), in their own order."""
    found = []
    for clip in clips:
        first, last = max(start, clip.position), min(end, clip.end)
        if first < last:
            from_sample = clip.offset + first - clip.position
            start_byte = clip.header_bytes + 2 * from_sample
            end_byte = start_byte + 2 * (last - first)
            found.append(Piece(clip.key, start_byte, end_byte, first - start))
    return found
