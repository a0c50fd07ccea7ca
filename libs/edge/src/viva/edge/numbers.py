"""Numbers of connections: the newest of an interview wins."""

from collections.abc import Callable

from viva.platform.clock import Clock


def connection_numbers(clock: Clock) -> Callable[[], int]:
    """Counts connections up, above those of every edge that ran before."""
    last = 0

    def following() -> int:
        # Microseconds since 1970, so that a later process always begins higher.
        nonlocal last
        last = max(last + 1, int(clock.now().timestamp() * 1_000_000))
        return last

    return following
