"""How much room a replica has, for whoever scales."""

from collections.abc import Callable

from opentelemetry.metrics import Observation

from viva.platform.instruments import Gauge
from viva.session.application.live.conversations import Conversations

_free = Gauge(
    "viva.session.slots.free",
    "{conversation}",
    "Conversations that this replica would still take; none while it drains.",
)


class Slots:
    """Tells the free places of a replica while it runs."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations
        self._remove: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Begins to tell."""
        self._remove = _free.add(lambda: [Observation(self._conversations.free)])

    async def stop(self) -> None:
        """Tells nothing any more."""
        self._remove()
