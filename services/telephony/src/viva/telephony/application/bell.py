"""Wakes whoever waits for calls that are due."""

from collections.abc import Callable


class Bell:
    """Rings at all who listen; made before any of them."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[], None]] = []

    def listen(self, listener: Callable[[], None]) -> None:
        """Adds a listener."""
        self._listeners.append(listener)

    def ring(self) -> None:
        """Wakes all."""
        for listener in self._listeners:
            listener()
