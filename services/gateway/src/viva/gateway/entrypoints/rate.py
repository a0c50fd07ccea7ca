"""Rate limits, as the IETF's RateLimit header fields tell them; counted in each process."""

import math
from dataclasses import dataclass, field

from viva.gateway.domain.errors import TooManyRequestsError
from viva.platform.clock import Clock


@dataclass
class RateLimit:
    """At most `quota` requests of a caller in each window.

    Attributes:
        name: of the policy, as the headers give it.
    """

    name: str
    quota: int
    window_s: int
    clock: Clock
    _window: int = -1
    _used: dict[str, int] = field(default_factory=dict)

    def take(self, caller: str) -> dict[str, str]:
        """Counts a request and gives the headers of its answer.

        Raises:
            TooManyRequestsError: the quota of this window is used up.
        """
        now = self.clock.monotonic()
        window = int(now // self.window_s)
        if window != self._window:
            self._window = window
            self._used.clear()
        left = self.quota - self._used.get(caller, 0)
        reset_s = max(1, math.ceil((window + 1) * self.window_s - now))
        if left <= 0:
            raise TooManyRequestsError(
                f"At most {self.quota} requests in {self.window_s} s.", reset_s
            )
        self._used[caller] = self.quota - left + 1
        return self.headers(left - 1, reset_s)

    def headers(self, remaining: int, reset_s: int) -> dict[str, str]:
        """Writes the two header fields."""
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.quota};w={self.window_s}',
            "RateLimit": f'"{self.name}";r={remaining};t={reset_s}',
        }
