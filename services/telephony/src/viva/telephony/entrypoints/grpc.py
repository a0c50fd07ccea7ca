"""TelephonyService: what the trunks can carry."""

from collections.abc import Sequence

import grpc

from viva.contracts.telephony.v1 import telephony_pb2 as messages
from viva.contracts.telephony.v1 import telephony_pb2_grpc as services
from viva.telephony.domain.trunks import Trunk

Context = grpc.aio.ServicerContext[object, object]


class TelephonyServicer(services.TelephonyServiceServicer):
    """Serves TelephonyService."""

    def __init__(self, trunks: Sequence[Trunk]) -> None:
        self._trunks = trunks

    async def GetCapacity(
        self, request: messages.GetCapacityRequest, context: Context
    ) -> messages.GetCapacityResponse:
        """Lists the trunks with their slots."""
        trunks = [
            messages.TrunkCapacity(
                name=trunk.name, kind=trunk.kind, slots=trunk.slots, in_use=trunk.in_use
            )
            for trunk in self._trunks
        ]
        return messages.GetCapacityResponse(trunks=trunks)
