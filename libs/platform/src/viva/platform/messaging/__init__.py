"""Events between services: at least once on the wire, once in effect, in order per interview."""

from viva.platform.messaging.event import Event
from viva.platform.messaging.messaging import Messaging

__all__ = ["Event", "Messaging"]
