"""One clock for a leg's samples: counted, checked against the monotonic clock."""

from dataclasses import dataclass, field

RATE_HZ = 16_000
TOLERANCE_MS = 40


@dataclass
class SampleClock:
    """Gives each received chunk its position; never one that lies before what was given already.

    Samples are counted. Where what came is behind the monotonic clock by more than the tolerance,
    sound is missing and the position jumps. What arrives after such a jump after all (a burst that
    a network held up) is placed behind it: then the count runs ahead of the clock, and the next
    jump comes only when the clock has overtaken it, so that both stay together over a whole call.
    """

    tolerance_samples: int = RATE_HZ * TOLERANCE_MS // 1000
    gaps: int = 0
    missing_samples: int = 0
    position: int = 0
    _origin_s: float | None = field(default=None)

    def place(self, samples: int, now_s: float, dropped_samples: int = 0) -> int:
        """Position of the first of `samples` that have just been read.

        Args:
            now_s: the monotonic clock, when its last sample had come.
            dropped_samples: known to be missing before them (a drop counter, a carrier's stamp).
        """
        if self._origin_s is None:
            self._origin_s = now_s - samples / RATE_HZ
        by_clock = round((now_s - self._origin_s) * RATE_HZ) - samples
        behind = by_clock - self.position
        missing = behind if behind > self.tolerance_samples else max(dropped_samples, 0)
        if missing > 0:
            self.gaps += 1
            self.missing_samples += missing
            self.position += missing
        start = self.position
        self.position += samples
        return start
