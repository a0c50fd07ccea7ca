"""Where the analysis is done."""

from typing import Protocol

from viva.scoring.application.calibrate import Calibrate, CompetencyFit
from viva.scoring.application.check_framework import Checked, CheckFramework
from viva.scoring.application.score_answer import AnswerResult
from viva.scoring.application.score_interview import Interview
from viva.scoring.domain.interview import InterviewResult
from viva.scoring.domain.model import Answer


class Scorer(Protocol):
    """Does the analysis away from the event loop."""

    async def answer(self, answer: Answer) -> AnswerResult:
        """Scores one answer by itself."""
        ...

    async def framework(self, command: CheckFramework) -> tuple[Checked, ...]:
        """Ranks exemplars of each competency."""
        ...

    async def calibration(self, command: Calibrate) -> tuple[CompetencyFit, ...]:
        """Fits weights to ratings."""
        ...

    async def interview(self, interview: Interview) -> InterviewResult:
        """Scores a whole interview."""
        ...
