"""How much likelier two stretches of speech are one voice than two: the more is said, the surer.

A window's vector is its voice and noise. Means of more windows have less of it, so those of one
voice are more alike, and their cosine says more. With noise of one size for all voices the
logarithm of the likelihood ratio is a line (two-covariance model, Brummer and de Villiers 2010,
in one dimension).
"""

from dataclasses import dataclass
from math import sqrt

_WINDOW_MS = 1500


@dataclass(frozen=True)
class Likelihood:
    """What the line is on one channel.

    Attributes:
        alike: mean cosine of windows of one voice.
        slope: nats for a cosine of 1 where the noise is averaged out.
        middle: where the line crosses 0, as a share of the cosine to be expected of one voice.
    """

    alike: float
    slope: float
    middle: float

    def expected(self, one_ms: int, other_ms: int) -> float:
        """Cosine of the means of two stretches of one voice."""
        return self.alike / sqrt(self._norm(one_ms) * self._norm(other_ms))

    def ratio(self, cosine: float, one_ms: int, other_ms: int) -> float:
        """Natural logarithm of the ratio, from the means' cosine; above 0: rather one voice."""
        expected = self.expected(one_ms, other_ms)
        return self.slope * expected * (cosine - self.middle * expected)

    def _norm(self, ms: int) -> float:
        """Square of the length of a stretch's mean."""
        return self.alike + (1 - self.alike) * min(1.0, _WINDOW_MS / max(1, ms))
