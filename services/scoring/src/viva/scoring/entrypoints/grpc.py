"""ScoringService: what others ask of the model at once."""

import grpc

from viva.contracts.scoring.v1 import scoring_pb2 as messages
from viva.contracts.scoring.v1.scoring_pb2_grpc import ScoringServiceServicer
from viva.scoring.application.check_framework import Checked, CheckFramework
from viva.scoring.application.scorer import Scorer
from viva.scoring.entrypoints import calibrations, decode
from viva.scoring.entrypoints.bundles import BundleScorer

Context = grpc.aio.ServicerContext[object, object]


class ScoringServicer(ScoringServiceServicer):
    """Serves ScoringService."""

    def __init__(self, interviews: BundleScorer, scorer: Scorer) -> None:
        self._interviews = interviews
        self._scorer = scorer

    async def RescoreInterview(
        self, request: messages.RescoreInterviewRequest, context: Context
    ) -> messages.RescoreInterviewResponse:
        """Computes a score again; the verdict's hash is over these bytes."""
        score = await self._interviews.score(request.bundle)
        return messages.RescoreInterviewResponse(score=score.SerializeToString(deterministic=True))

    async def CheckFramework(
        self, request: messages.CheckFrameworkRequest, context: Context
    ) -> messages.CheckFrameworkResponse:
        """Ranks answers written from each competency's anchors."""
        command = CheckFramework(tuple(decode.competency(one) for one in request.competencies))
        found = await self._scorer.framework(command)
        return messages.CheckFrameworkResponse(competencies=[_checked(one) for one in found])

    async def Calibrate(
        self, request: messages.CalibrateRequest, context: Context
    ) -> messages.CalibrateResponse:
        """Fits the weights of the evidence to ratings."""
        found = await self._scorer.calibration(calibrations.command(request))
        return messages.CalibrateResponse(competencies=[calibrations.fit(one) for one in found])


def _checked(found: Checked) -> messages.CompetencyCheck:
    return messages.CompetencyCheck(
        key=found.key,
        pairs=found.pairs,
        right=found.right,
        distinguishable=found.distinguishable,
        levels=[
            messages.LevelScore(level=level, score=tenths / 10) for level, tenths in found.levels
        ],
    )
