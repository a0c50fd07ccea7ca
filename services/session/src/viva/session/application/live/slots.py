"""How much room a replica has, for whoever scales."""

from opentelemetry.metrics import Observation

from viva.platform.instruments import Gauge, Reading
from viva.session.application.live.conversations import Conversations

_free = Gauge(
    "viva.session.slots.free",
    "{conversation}",
    "Conversations that this replica would still take; none while it drains.",
)


def free_slots(conversations: Conversations) -> Reading:
    """Tells the free places of a replica while it runs."""
    return Reading(_free, lambda: [Observation(conversations.free)])
