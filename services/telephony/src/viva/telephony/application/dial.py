"""Answers the wish for a call."""

from collections.abc import Sequence

from viva.contracts.session.events.v1 import events_pb2 as session_events
from viva.contracts.telephony.events.v1 import events_pb2 as events
from viva.platform.ids import derived_id
from viva.telephony.domain.trunks import Trunk, choose


def dial(
    request: session_events.CallRequested, trunks: Sequence[Trunk]
) -> events.CallFailed | None:
    """Refuses a call that no trunk can carry; None where one can.

    The call's id is derived, so that a repeated request is the same call.
    """
    if choose(trunks) is not None:
        return None
    return events.CallFailed(
        interview_id=request.interview_id,
        attempt=request.attempt,
        call_id=derived_id("call", request.interview_id, request.attempt),
        failure=events.CALL_FAILURE_NO_TRUNK,
        detail="no trunk is configured" if not trunks else "every trunk is full",
    )
