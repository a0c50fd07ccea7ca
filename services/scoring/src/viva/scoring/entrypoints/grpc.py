"""ScoringService: what others ask of the model at once."""

import grpc

from viva.contracts.scoring.v1 import scoring_pb2 as messages
from viva.contracts.scoring.v1.scoring_pb2_grpc import ScoringServiceServicer
from viva.scoring.entrypoints.bundles import BundleScorer

Context = grpc.aio.ServicerContext[object, object]


class ScoringServicer(ScoringServiceServicer):
    """Serves ScoringService."""

    def __init__(self, interviews: BundleScorer) -> None:
        self._interviews = interviews

    async def RescoreInterview(
        self, request: messages.RescoreInterviewRequest, context: Context
    ) -> messages.RescoreInterviewResponse:
        """Computes a score again; the verdict's hash is over these bytes."""
        score = await self._interviews.score(request.bundle)
        return messages.RescoreInterviewResponse(score=score.SerializeToString(deterministic=True))
