"""The interview's lifecycle as the live conversation sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from viva.contracts.common.v1 import common_pb2 as common
from viva.platform.db import UnitOfWork
from viva.platform.errors import DomainError, NotFoundError, TransientError
from viva.platform.log import get_logger
from viva.session.application.lifecycle_events import LifecyclePublisher
from viva.session.application.lifecycle_ports import (
    AnswerStore,
    InterviewStore,
    OpenUnit,
    Planner,
    PromptAudio,
    PromptStore,
)
from viva.session.application.pipeline import Pipeline
from viva.session.domain.errors import IllegalTransitionError
from viva.session.domain.interview import Interview
from viva.session.domain.lifecycle import Deadlines, EndReason, State
from viva.session.domain.plan import Plan

# The live part is woken on this topic (see Wakeups) when a conversation is to be cancelled.
CANCEL_TOPIC = "cancel"

log = get_logger(__name__)


@dataclass(frozen=True)
class InterviewBrief:
    """All that a conversation needs to begin, or to be taken up elsewhere.

    Attributes:
        state: a candidate may join where `state.joinable`.
        prompts: audio by prompt key; complete once the interview is ready.
        cancelled: it is to be ended with EndReason.CANCELLED at once.
        traceparent: of the interview's one trace.
    """

    plan: Plan
    attempt: int
    prompts: Mapping[str, PromptAudio]
    state: State
    spec: common.InterviewSpec
    cancelled: bool
    traceparent: str | None


class Lifecycle:
    """What the live conversation tells of itself; each call is part of its unit of work."""

    def __init__(
        self,
        open_unit: OpenUnit,
        interviews: InterviewStore,
        answers: AnswerStore,
        prompts: PromptStore,
        planner: Planner,
        pipeline: Pipeline,
        publisher: LifecyclePublisher,
        deadlines: Deadlines,
    ) -> None:
        self._open_unit = open_unit
        self._interviews = interviews
        self._answers = answers
        self._prompts = prompts
        self._planner = planner
        self._pipeline = pipeline
        self._publisher = publisher
        self._deadlines = deadlines

    async def load_plan(self, interview_id: str) -> InterviewBrief:
        """Reads what a conversation needs; a unit of work of its own.

        Raises:
            NotFoundError: no such interview.
        """
        async with self._open_unit() as uow:
            stored = await self._interviews.load(uow, interview_id)
            if stored is None:
                raise NotFoundError("no such interview", code="interview_unknown")
            prompts = await self._prompts.prompts(uow, interview_id)
        interview = stored.interview
        return InterviewBrief(
            plan=self._planner(stored.spec),
            attempt=interview.attempt,
            prompts=prompts,
            state=interview.state,
            spec=stored.spec,
            cancelled=interview.cancel_reason is not None,
            traceparent=stored.traceparent,
        )

    async def started(self, uow: UnitOfWork, interview_id: str, attempt: int, at: datetime) -> None:
        """The conversation begins. Ignored where it began already.

        Raises:
            DomainError: `interview_over` or `interview_not_ready`; the attempt is another one.
        """
        interview = await self._current(uow, interview_id, attempt)
        if interview.state is State.CREATED:
            raise DomainError("the prompts are not rendered yet", code="interview_not_ready")
        self._legal(interview)
        interview.start(at, self._deadlines)
        await self._save(uow, interview)

    async def alive(self, uow: UnitOfWork, interview_id: str, attempt: int, at: datetime) -> bool:
        """The conversation goes on: puts its deadline off. To be called with each checkpoint and
        each stored segment, at least every grace time.

        Returns:
            False where it was cancelled: end it with EndReason.CANCELLED.

        Raises:
            DomainError: `interview_over`: it was ended by a sweep, or a new attempt began.
        """
        interview = await self._live(uow, interview_id, attempt)
        interview.alive(at, self._deadlines)
        await self._save(uow, interview)
        return interview.cancel_reason is None

    async def answer_recorded(self, uow: UnitOfWork, answer: common.AnswerContext) -> None:
        """Stores an expected answer and sends it through the pipeline; a resumed answer comes
        again with the next revision.

        Raises:
            DomainError: `interview_over`.
        """
        interview = await self._live(uow, answer.interview_id, answer.attempt)
        await self._answers.put_answer(uow, answer)
        self._publisher.answer(uow, answer)
        interview.alive(self._publisher.now(), self._deadlines)
        await self._save(uow, interview)

    async def conversation_ended(
        self,
        uow: UnitOfWork,
        interview_id: str,
        attempt: int,
        reason: EndReason | str,
        at: datetime,
    ) -> None:
        """Nothing more will be said. Ignored where that is known.

        Raises:
            DomainError: `interview_over`: another attempt began, or this one never did.
        """
        interview = await self._current(uow, interview_id, attempt)
        answers = await self._answers.answers(uow, interview)
        try:
            interview.end_conversation(
                EndReason(reason),
                at,
                answers=len(answers),
                scoreable=sum(not answer.warm_up for answer in answers),
                deadlines=self._deadlines,
            )
        except IllegalTransitionError as error:
            raise DomainError(str(error), code="interview_over") from error
        await self._save(uow, interview)
        # Results may all be in already: then nothing comes any more that could trigger the join.
        try:
            await self._pipeline.advance(uow, interview)
        except TransientError as error:
            log.warning("join_put_off", interview_id=interview_id, code=error.code)

    async def _save(self, uow: UnitOfWork, interview: Interview) -> None:
        await self._interviews.save(uow, interview)
        await self._publisher.publish(uow, interview)

    async def _current(self, uow: UnitOfWork, interview_id: str, attempt: int) -> Interview:
        stored = await self._interviews.load(uow, interview_id)
        if stored is None:
            raise NotFoundError("no such interview", code="interview_unknown")
        if stored.interview.attempt != attempt:
            raise DomainError("another attempt has begun", code="interview_over")
        return stored.interview

    async def _live(self, uow: UnitOfWork, interview_id: str, attempt: int) -> Interview:
        interview = await self._current(uow, interview_id, attempt)
        self._legal(interview)
        if interview.state is not State.IN_PROGRESS:
            raise DomainError("the conversation has not begun", code="interview_not_ready")
        return interview

    @staticmethod
    def _legal(interview: Interview) -> None:
        if not interview.state.joinable:
            raise DomainError(f"the interview is {interview.state}", code="interview_over")
