"""The scoring service, by gRPC."""

import grpc

from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.scoring.v1 import scoring_pb2
from viva.contracts.scoring.v1.scoring_pb2_grpc import ScoringServiceStub
from viva.gateway.domain.interview import StoredObject

# A long interview takes some seconds, beside others that are being scored.
_RESCORE_S = 60.0


class GrpcScoring:
    """The model, asked at once."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._scoring = ScoringServiceStub(channel)

    async def rescore(self, bundle: StoredObject) -> bytes:
        """Computes a score anew from its bundle."""
        ref = common.ObjectRef(key=bundle.key, sha256=bundle.sha256, size_bytes=bundle.size_bytes)
        answer = await self._scoring.RescoreInterview(
            scoring_pb2.RescoreInterviewRequest(bundle=ref), timeout=_RESCORE_S
        )
        return bytes(answer.score)
