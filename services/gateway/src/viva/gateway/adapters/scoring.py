"""The scoring service, by gRPC."""

import hashlib
from collections import OrderedDict

import grpc

from viva.contracts.common.v1 import common_pb2 as common
from viva.contracts.scoring.v1 import scoring_pb2
from viva.contracts.scoring.v1.scoring_pb2_grpc import ScoringServiceStub
from viva.gateway.application import encoding
from viva.gateway.domain.interview import StoredObject
from viva.gateway.domain.library import AnchorCheck, Framework

# A long interview takes some seconds, beside others that are being scored.
_RESCORE_S = 60.0


# A thousand rated interviews take some ten seconds.
_CALIBRATE_S = 120.0
# Some ten short answers a competency, each read as an interview's are.
_CHECK_S = 30.0
# Some hundred bytes each.
_REMEMBERED = 10_000


class GrpcScoring:
    """The model, asked at once."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._scoring = ScoringServiceStub(channel)
        self._taken: OrderedDict[bytes, tuple[AnchorCheck, ...]] = OrderedDict()

    async def rescore(self, bundle: StoredObject) -> bytes:
        """Computes a score anew from its bundle."""
        ref = common.ObjectRef(key=bundle.key, sha256=bundle.sha256, size_bytes=bundle.size_bytes)
        answer = await self._scoring.RescoreInterview(
            scoring_pb2.RescoreInterviewRequest(bundle=ref), timeout=_RESCORE_S
        )
        return bytes(answer.score)

    async def calibrate(self, rated: scoring_pb2.CalibrateRequest) -> scoring_pb2.CalibrateResponse:
        """Fits the weights of the evidence to ratings."""
        return await self._scoring.Calibrate(rated, timeout=_CALIBRATE_S)

    async def check(self, framework: Framework) -> tuple[AnchorCheck, ...]:
        """Tells of each competency whether the model ranks its anchors rightly.

        What was found good is remembered by its content: who orders many interviews with the same
        framework waits once, and can order while scoring is away.
        """
        request = scoring_pb2.CheckFrameworkRequest(
            competencies=[encoding.competency_message(one, 1.0) for one in framework.competencies]
        )
        content = hashlib.sha256(request.SerializeToString(deterministic=True)).digest()
        if content in self._taken:
            self._taken.move_to_end(content)
            return self._taken[content]
        answer = await self._scoring.CheckFramework(request, timeout=_CHECK_S)
        found = tuple(_found(one) for one in answer.competencies)
        if all(one.distinguishable for one in found):
            self._taken[content] = found
            if len(self._taken) > _REMEMBERED:
                self._taken.popitem(last=False)
        return found


def _found(message: scoring_pb2.CompetencyCheck) -> AnchorCheck:
    return AnchorCheck(
        message.key,
        message.pairs,
        message.right,
        message.distinguishable,
        tuple((found.level, found.score) for found in message.levels),
    )
