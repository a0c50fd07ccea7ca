"""One clock for a leg's samples: counted, checked against the monotonic clock."""

from collections import deque
from dataclasses import dataclass, field

RATE_HZ = 16_000
TOLERANCE_MS = 40
DOUBTED_S = 1.0
"""Sound that is behind for so long is missing; what is late for less may come in one burst."""


@dataclass
class SampleClock:
    """Gives each received chunk its position; never one that lies before what was given already.

    Samples are counted. A stream over TCP loses nothing by itself: where it stood still, or this
    process did, all of it comes after all, and the count is right again. So a hole is what the
    carrier's stamps say at once, and by the monotonic clock only what has been behind for a whole
    second by more than the tolerance. Where the count runs ahead of the clock (such a hole that was
    filled after all), the next hole shows only when the clock has overtaken it, so that both stay
    together over a whole call.
    """

    tolerance_samples: int = RATE_HZ * TOLERANCE_MS // 1000
    gaps: int = 0
    missing_samples: int = 0
    position: int = 0
    _origin_s: float | None = field(default=None)
    _behind: deque[tuple[float, int]] = field(default_factory=deque)

    def place(self, samples: int, now_s: float, dropped_samples: int = 0) -> int:
        """Position of the first of `samples` that have just been read.

        Args:
            now_s: the monotonic clock, when its last sample had come.
            dropped_samples: known to be missing before them (a drop counter, a carrier's stamp).
        """
        if self._origin_s is None:
            self._origin_s = now_s - samples / RATE_HZ
        missing = max(dropped_samples, 0) or self._lasting(samples, now_s)
        if missing > 0:
            self.gaps += 1
            self.missing_samples += missing
            self.position += missing
            self._behind = deque((at_s, behind - missing) for at_s, behind in self._behind)
        start = self.position
        self.position += samples
        return start

    def _lasting(self, samples: int, now_s: float) -> int:
        """By how much the count was behind throughout the last second; 0 within the tolerance."""
        by_clock = round((now_s - (self._origin_s or 0.0)) * RATE_HZ) - samples
        self._behind.append((now_s, by_clock - self.position))
        if now_s - self._behind[0][0] < DOUBTED_S:
            return 0
        while len(self._behind) > 1 and now_s - self._behind[1][0] >= DOUBTED_S:
            self._behind.popleft()
        least = min(behind for _, behind in self._behind)
        return least if least > self.tolerance_samples else 0
