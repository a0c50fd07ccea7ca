"""What telephony reads: wishes for a call."""

from collections.abc import Sequence

from google.protobuf.message import Message

from viva.contracts.session.events.v1 import events_pb2 as session_events
from viva.platform.messaging import Event, Messaging
from viva.telephony.application.dial import dial
from viva.telephony.domain.trunks import Trunk


def register(messaging: Messaging, trunks: Sequence[Trunk]) -> None:
    """Registers the handler."""

    async def on_call_requested(
        event: Event[session_events.CallRequested],
    ) -> Sequence[Message]:
        refused = dial(event.data, trunks)
        return [refused] if refused is not None else []

    messaging.on_pure(session_events.CallRequested, on_call_requested)
