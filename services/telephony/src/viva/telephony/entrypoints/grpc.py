"""TelephonyService: what the trunks can carry, and what became of calls."""

from collections.abc import Sequence

import grpc

from viva.contracts.telephony.v1 import telephony_pb2 as messages
from viva.contracts.telephony.v1 import telephony_pb2_grpc as services
from viva.telephony.application.slots import Line
from viva.telephony.application.store import CallStore, Logged, OpenUnit

Context = grpc.aio.ServicerContext[object, object]


class TelephonyServicer(services.TelephonyServiceServicer):
    """Serves TelephonyService."""

    def __init__(self, lines: Sequence[Line], open_unit: OpenUnit, store: CallStore) -> None:
        self._lines = lines
        self._open_unit = open_unit
        self._store = store

    async def GetCapacity(
        self, request: messages.GetCapacityRequest, context: Context
    ) -> messages.GetCapacityResponse:
        """Lists the trunks with their slots."""
        trunks = [
            messages.TrunkCapacity(
                name=line.trunk.name, kind=line.trunk.kind, slots=line.slots, in_use=line.in_use
            )
            for line in self._lines
        ]
        return messages.GetCapacityResponse(trunks=trunks)

    async def GetCalls(
        self, request: messages.GetCallsRequest, context: Context
    ) -> messages.GetCallsResponse:
        """Lists all calls of an interview."""
        async with self._open_unit() as uow:
            call, logged = await self._store.log(uow, request.interview_id)
        answer = messages.GetCallsResponse(state=call.state.value if call else "")
        if call and call.due_at:
            answer.due_at.FromDatetime(call.due_at)
        answer.tries.extend(_try(each) for each in logged)
        return answer


def _try(logged: Logged) -> messages.CallTry:
    made = logged.made
    message = messages.CallTry(
        call_id=made.call_id,
        attempt=made.attempt,
        call=made.number,
        trunk=made.trunk,
        inbound=made.inbound,
        carrier_id=logged.carrier_id,
        outcome=logged.outcome,
    )
    message.at.FromDatetime(made.at)
    if logged.ended_at:
        message.ended_at.FromDatetime(logged.ended_at)
    return message
