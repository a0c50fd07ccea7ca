"""What others ask of an interview: to be, to be called off, to begin anew."""

from datetime import datetime, timedelta

from viva.contracts.common.v1 import common_pb2 as common
from viva.platform.db import UnitOfWork
from viva.platform.errors import DomainError, NotFoundError
from viva.platform.log import get_logger
from viva.platform.telemetry import current_traceparent
from viva.session.application.lifecycle import CANCEL_TOPIC
from viva.session.application.lifecycle_events import LifecyclePublisher
from viva.session.application.lifecycle_ports import InterviewStore, Job, JobStore, Planner, Wakeups
from viva.session.application.prompts import Prompts
from viva.session.domain.interview import Interview
from viva.session.domain.lifecycle import Deadlines, State
from viva.session.domain.plan import Channel, Plan
from viva.session.domain.script import build_script

LANGUAGE_UNSUPPORTED = "language_unsupported"

log = get_logger(__name__)


class LifecycleCommands:
    """Handlers of commands; each is part of the caller's unit of work."""

    def __init__(
        self,
        *,
        interviews: InterviewStore,
        jobs: JobStore,
        prompts: Prompts,
        planner: Planner,
        wakeups: Wakeups,
        publisher: LifecyclePublisher,
        deadlines: Deadlines,
    ) -> None:
        self._interviews = interviews
        self._jobs = jobs
        self._prompts = prompts
        self._planner = planner
        self._wakeups = wakeups
        self._publisher = publisher
        self._deadlines = deadlines

    async def create(
        self, uow: UnitOfWork, spec: common.InterviewSpec, attempt: int, expires_at: datetime
    ) -> None:
        """Stores a new interview and has its prompts rendered. A known one is left as it is."""
        plan = self._planner(spec)
        interview = _new_interview(spec, plan, attempt, expires_at)
        if not await self._interviews.add(uow, interview, spec, current_traceparent()):
            log.info("interview_known", interview_id=interview.id)
            return
        try:
            texts = build_script(plan).prompts
        except KeyError:
            interview.fail(
                LANGUAGE_UNSUPPORTED, f"no phrases for the language {plan.persona.language}"
            )
        else:
            await self._prompts.plan(uow, interview, texts, plan.persona.voice)
        await self._save(uow, interview)

    async def cancel(self, uow: UnitOfWork, interview_id: str, reason: str) -> None:
        """Calls an interview off; a live one is ended by who conducts it."""
        interview = await self._load(uow, interview_id)
        live = interview.cancel(reason, self._publisher.now(), self._deadlines)
        await self._save(uow, interview)
        if live:
            await self._wakeups.wake(uow, CANCEL_TOPIC, interview_id)

    async def reinvite(
        self, uow: UnitOfWork, interview_id: str, attempt: int, expires_at: datetime
    ) -> None:
        """Begins the next attempt, or says why not."""
        interview = await self._load(uow, interview_id)
        interview.reinvite(attempt, expires_at)
        if interview.state is State.CREATED:
            # A job of an attempt that failed for its prompts is gone: render what lacks.
            await self._jobs.add(uow, Job.PROMPTS, interview_id, interview.attempt)
        await self._save(uow, interview)

    async def erase(self, uow: UnitOfWork, interview_id: str, attempt: int) -> None:
        """Has all of an interview that is over erased.

        Raises:
            DomainError: `interview_not_over`.
        """
        interview = await self._load(uow, interview_id)
        if not interview.state.terminal:
            raise DomainError("the interview is not over", code="interview_not_over")
        await self._jobs.add(uow, Job.ERASE, interview_id, max(attempt, interview.attempt))

    async def call_failed(
        self, uow: UnitOfWork, interview_id: str, attempt: int, code: str, detail: str
    ) -> None:
        """Nobody could be reached; a call that fails later is the live conversation's affair."""
        interview = await self._load(uow, interview_id)
        if interview.attempt == attempt and interview.state is State.READY:
            interview.fail(code, detail)
            await self._save(uow, interview)

    async def _load(self, uow: UnitOfWork, interview_id: str) -> Interview:
        stored = await self._interviews.load(uow, interview_id)
        if stored is None:
            raise NotFoundError("no such interview", code="interview_unknown")
        return stored.interview

    async def _save(self, uow: UnitOfWork, interview: Interview) -> None:
        await self._interviews.save(uow, interview)
        await self._publisher.publish(uow, interview)


def _new_interview(
    spec: common.InterviewSpec, plan: Plan, attempt: int, expires_at: datetime
) -> Interview:
    return Interview(
        id=spec.interview_id,
        phone=plan.channel is Channel.PHONE,
        test_mode=spec.test_mode,
        expires_at=expires_at,
        total=timedelta(milliseconds=plan.total_limit_ms),
        grace=timedelta(milliseconds=plan.grace_ms),
        questions_planned=sum(not question.warm_up for question in plan.questions),
        attempt=attempt,
    )
