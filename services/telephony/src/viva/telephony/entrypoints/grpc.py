"""TelephonyService: what the trunks can carry."""

from collections.abc import Sequence

import grpc

from viva.contracts.telephony.v1 import telephony_pb2 as messages
from viva.contracts.telephony.v1 import telephony_pb2_grpc as services
from viva.telephony.application.slots import Line

Context = grpc.aio.ServicerContext[object, object]


class TelephonyServicer(services.TelephonyServiceServicer):
    """Serves TelephonyService."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines

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
