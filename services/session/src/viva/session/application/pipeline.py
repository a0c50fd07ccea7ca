"""Joins what the stages say: results of answers to a bundle, two judgements to a verdict.

Nothing polls here: each result that arrives moves its interview on as far as it can go.
"""

from viva.contracts.common.v1 import common_pb2 as common
from viva.platform.db import UnitOfWork
from viva.platform.log import get_logger
from viva.platform.objects import Objects
from viva.session.application.lifecycle_events import LifecyclePublisher
from viva.session.application.lifecycle_ports import (
    AWAITED,
    TAKES_WITH_IT,
    AnswerStage,
    AnswerStore,
    Artifact,
    InterviewStore,
    Job,
    JobStore,
    StageResult,
    VerdictStage,
)
from viva.session.application.pipeline_bundle import answered_questions, join_answers, missing_of
from viva.session.domain.interview import Interview
from viva.session.domain.lifecycle import Deadlines, Stage, State
from viva.session.domain.storage_keys import bundle_key

SCORING_FAILED = "scoring_failed"

log = get_logger(__name__)


class Pipeline:
    """Takes results in any order and any number of times."""

    def __init__(
        self,
        interviews: InterviewStore,
        answers: AnswerStore,
        jobs: JobStore,
        objects: Objects,
        publisher: LifecyclePublisher,
        deadlines: Deadlines,
    ) -> None:
        self._interviews = interviews
        self._answers = answers
        self._jobs = jobs
        self._objects = objects
        self._publisher = publisher
        self._deadlines = deadlines

    async def answer_result(
        self, uow: UnitOfWork, interview_id: str, attempt: int, result: StageResult
    ) -> None:
        """Keeps one answer's result and joins if it was the last one."""
        interview = await self._gathering(uow, interview_id, attempt)
        if interview is not None:
            await self._answers.put_result(uow, interview_id, attempt, result)
            await self.advance(uow, interview)

    async def answer_failed(
        self, uow: UnitOfWork, failure: common.StageFailure, stage: AnswerStage
    ) -> None:
        """A stage will not give a result for this answer, nor will those that build on it."""
        interview = await self._gathering(uow, failure.interview_id, failure.attempt)
        if interview is None:
            return
        log.warning("stage_failed", stage=stage, code=failure.code, answer_id=failure.answer_id)
        for lost in TAKES_WITH_IT[stage]:
            result = StageResult(failure.answer_id, failure.revision, lost, None)
            await self._answers.put_result(uow, interview.id, interview.attempt, result)
        await self.advance(uow, interview)

    async def verdict_result(
        self,
        uow: UnitOfWork,
        interview_id: str,
        attempt: int,
        stage: VerdictStage,
        message: common.InterviewScore | common.InterviewAssessment | None,
    ) -> None:
        """Keeps one judgement of the whole interview (None: it failed) and joins if both are in."""
        interview = await self._waiting(uow, interview_id, attempt)
        if interview is not None and interview.stage is Stage.VERDICT:
            result = StageResult("", 0, stage, message)
            await self._answers.put_result(uow, interview_id, attempt, result)
            await self.advance(uow, interview)

    async def recording_settled(self, uow: UnitOfWork, interview_id: str, attempt: int) -> None:
        """The recording is rendered, or never will be: what waited for it alone goes on."""
        interview = await self._waiting(uow, interview_id, attempt)
        if interview is not None:
            await self.advance(uow, interview)

    async def advance(
        self, uow: UnitOfWork, interview: Interview, *, give_up: bool = False
    ) -> None:
        """Moves a processing interview on if what it waits for is there, or is given up on."""
        if interview.stage is Stage.ANSWERS:
            await self._freeze(uow, interview, give_up=give_up)
        elif interview.stage is Stage.VERDICT:
            await self._conclude(uow, interview, give_up=give_up)

    async def _freeze(self, uow: UnitOfWork, interview: Interview, *, give_up: bool) -> None:
        answers = await self._answers.answers(uow, interview)
        results = await self._answers.results(uow, interview)
        known = {(result.answer_id, result.revision, result.stage) for result in results}
        waiting = [
            answer
            for answer in answers
            if any((answer.answer_id, answer.revision, stage) not in known for stage in AWAITED)
        ]
        if waiting and not give_up:
            return
        stored = await self._interviews.load(uow, interview.id)
        bundle = common.InterviewBundle(
            spec=stored.spec if stored else None,
            attempt=interview.attempt,
            answers=join_answers(answers, results),
            questions_planned=interview.questions_planned,
        )
        bundle.questions_answered = answered_questions(bundle)
        may_fail = bundle.questions_answered == 0
        if may_fail and not give_up and await self._recording_pending(uow, interview):
            return
        await self._put_bundle(uow, interview, bundle)
        interview.freeze(
            self._publisher.now(),
            self._deadlines,
            answered=bundle.questions_answered,
            missing_stages=missing_of(bundle),
        )
        await self._save(uow, interview)

    async def _put_bundle(
        self, uow: UnitOfWork, interview: Interview, bundle: common.InterviewBundle
    ) -> None:
        key = bundle_key(interview.id, interview.attempt)
        stored = await self._objects.put(key, bundle.SerializeToString(deterministic=True))
        ref = common.ObjectRef(key=stored.key, sha256=stored.sha256, size_bytes=stored.size_bytes)
        await self._interviews.put_artifact(
            uow, interview.id, interview.attempt, Artifact.BUNDLE, ref
        )

    async def _conclude(self, uow: UnitOfWork, interview: Interview, *, give_up: bool) -> None:
        results = {
            result.stage: result.message
            for result in await self._answers.results(uow, interview)
            if not result.answer_id
        }
        unscorable = VerdictStage.SCORE in results and results[VerdictStage.SCORE] is None
        complete = all(stage in results for stage in VerdictStage)
        settled = complete or unscorable
        if not give_up and (not settled or await self._recording_pending(uow, interview)):
            return
        score = results.get(VerdictStage.SCORE)
        if isinstance(score, common.InterviewScore):
            unassessed = results.get(VerdictStage.ASSESSMENT) is None
            interview.conclude(
                has_overall=score.HasField("overall"),
                missing_stages=(VerdictStage.ASSESSMENT,) if unassessed else (),
            )
        else:
            interview.fail(SCORING_FAILED, "the interview could not be scored")
        await self._save(uow, interview)

    async def _recording_pending(self, uow: UnitOfWork, interview: Interview) -> bool:
        """Whether the end has to wait: it names the recording by its hash."""
        return await self._jobs.pending(uow, Job.RECORDING, interview.id, interview.attempt)

    async def _save(self, uow: UnitOfWork, interview: Interview) -> None:
        await self._interviews.save(uow, interview)
        await self._publisher.publish(uow, interview)

    async def _gathering(
        self, uow: UnitOfWork, interview_id: str, attempt: int
    ) -> Interview | None:
        """The interview if it still takes results of answers, and None if they come too late."""
        interview = await self._waiting(uow, interview_id, attempt)
        live = interview is not None and (
            interview.state is State.IN_PROGRESS or interview.stage is Stage.ANSWERS
        )
        return interview if live else None

    async def _waiting(self, uow: UnitOfWork, interview_id: str, attempt: int) -> Interview | None:
        stored = await self._interviews.load(uow, interview_id)
        if stored is None:
            log.warning("result_of_unknown_interview", interview_id=interview_id)
            return None
        if stored.interview.attempt != attempt or stored.interview.state.terminal:
            return None
        return stored.interview
