"""The sample clock of a line that gives sound without stamps: counted, held to the monotonic clock.

The stack's jitter buffer releases each packet at its time and a lost one not at all. So sound that
comes later than the count says follows a hole, or was itself late; the next piece tells which, for
after a late one it follows sooner. A hole of up to 60 ms is filled (concealed), of a longer one
40 ms are and the position jumps over the rest. Sound that is early (held up, then delivered at
once) keeps its place behind; where that goes on, silent pieces are left out.
"""

from dataclasses import dataclass

from viva.audio.pcm import SAMPLE_RATE_HZ, samples_in

_FRAME = samples_in(20)
_NOTICED = samples_in(15)
"""Smaller lateness is the phase between the line's packets and our looking."""
_FILLED_WHOLE = samples_in(60)
_FILLED_OF_LONGER = samples_in(40)
_EARLY = samples_in(40)
_SETTLING_S = 1.0
_PHASE = samples_in(10)
"""We look so often: by so much may the earliest of the first pieces have been late."""


@dataclass(frozen=True)
class Placed:
    """What to do with a piece; samples at 16 kHz.

    Attributes:
        wait: ask again with the next piece.
        conceal: samples to fill in before it.
        jump: what the position grows by after these, before the piece.
        drop: leave it out.
    """

    wait: bool = False
    conceal: int = 0
    jump: int = 0
    drop: bool = False


class LineClock:
    """Places pieces on one clock; all counts at 16 kHz, zero when the first piece begins."""

    def __init__(self) -> None:
        self.position = 0
        self.gaps = 0
        self.missing_samples = 0
        self.concealed_packets = 0
        self.dropped_packets = 0
        self._origin_s = 0.0
        self._settled_s: float | None = None
        self._may_follow = _PHASE

    def place(
        self, samples: int, now_s: float, *, sure: bool = True, quiet: bool = False
    ) -> Placed:
        """Decides where `samples` belong that were found at `now_s`.

        Args:
            sure: whether they waited for a next piece already.
            quiet: whether the piece may be left out unheard.
        """
        placed = self._judge(self._behind(samples, now_s), sure, quiet)
        if placed.wait:
            return placed
        if placed.drop:
            self.dropped_packets += 1
            return placed
        if placed.conceal:
            self.concealed_packets += -(-placed.conceal // _FRAME)
        if placed.jump:
            self.gaps += 1
            self.missing_samples += placed.jump
            # The piece after a hole was at any phase, too.
            self._may_follow = _PHASE
        self.position += placed.conceal + placed.jump + samples
        return placed

    def _behind(self, samples: int, now_s: float) -> int:
        """By how much the count with these samples is behind the monotonic clock."""
        begins_s = now_s - (self.position + samples) / SAMPLE_RATE_HZ
        if self._settled_s is None:
            self._origin_s, self._settled_s = begins_s, now_s + _SETTLING_S
        elif now_s < self._settled_s:
            # The earliest of the first pieces is the one that waited least for us.
            self._origin_s = min(self._origin_s, begins_s)
        behind = round((begins_s - self._origin_s) * SAMPLE_RATE_HZ)
        return behind + self._follow(behind)

    def _follow(self, behind: int) -> int:
        """Takes a piece that is a bit early for the earliest phase; gives by how much it was.

        Bounded, so that sound which was held up and filled in does not move the clock for good.
        """
        if not -_NOTICED < behind < 0:
            return 0
        early = min(-behind, self._may_follow)
        self._may_follow -= early
        self._origin_s -= early / SAMPLE_RATE_HZ
        return early

    def _judge(self, behind: int, sure: bool, quiet: bool) -> Placed:
        if behind < -_EARLY and quiet:
            return Placed(drop=True)
        if behind < _NOTICED:
            return Placed()
        if not sure:
            return Placed(wait=True)
        whole = max(1, round(behind / _FRAME)) * _FRAME
        if whole <= _FILLED_WHOLE:
            return Placed(conceal=whole)
        return Placed(conceal=_FILLED_OF_LONGER, jump=behind - _FILLED_OF_LONGER)
