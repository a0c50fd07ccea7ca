"""Growing waits between tries, capped, with jitter so that many do not come at once."""

import random


class Backoff:
    """The waits of one series of tries.

    Args:
        first_s: about the first wait; each next is about twice the last.
        cap_s: no wait is longer.
    """

    def __init__(self, first_s: float = 0.2, cap_s: float = 15.0) -> None:
        self._first_s = first_s
        self._cap_s = cap_s
        self.tries = 0

    def next_s(self) -> float:
        """The next wait in seconds."""
        full = min(self._cap_s, self._first_s * 2.0 ** min(self.tries, 20))
        self.tries += 1
        return full * random.uniform(0.5, 1.0)

    def reset(self) -> None:
        """Starts over after a success."""
        self.tries = 0
