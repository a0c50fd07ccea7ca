"""Moves on what hangs: every replica looks for deadlines that have passed."""

import asyncio
from datetime import datetime, timedelta
from typing import Protocol

from viva.platform.clock import Clock
from viva.platform.errors import TransientError
from viva.platform.log import bind_interview, get_logger
from viva.platform.telemetry import resumed
from viva.session.application.lifecycle import Lifecycle
from viva.session.application.lifecycle_events import LifecyclePublisher
from viva.session.application.lifecycle_ports import InterviewStore, OpenUnit, StoredInterview
from viva.session.application.pipeline import Pipeline
from viva.session.domain.interview import Interview
from viva.session.domain.lifecycle import Deadlines, EndReason, State

_AT_ONCE = 100
_END_WITHIN_S = 20
_STUCK_FOR = timedelta(minutes=1)

log = get_logger(__name__)


class LeftConversations(Protocol):
    """Ends conversations that nobody conducts any more."""

    async def end(self, interview_id: str, attempt: int, reason: EndReason) -> bool:
        """Closes an open answer from what is stored and says that the conversation ended.

        Returns:
            False where there is nothing stored to end.
        """
        ...


class Sweep:
    """Looks at overdue interviews, each in a unit of work of its own."""

    def __init__(
        self,
        *,
        open_unit: OpenUnit,
        interviews: InterviewStore,
        pipeline: Pipeline,
        lifecycle: Lifecycle,
        publisher: LifecyclePublisher,
        conversations: LeftConversations | None,
        deadlines: Deadlines,
        clock: Clock,
        every_s: float = 1.0,
    ) -> None:
        self._open_unit = open_unit
        self._interviews = interviews
        self._pipeline = pipeline
        self._lifecycle = lifecycle
        self._publisher = publisher
        self._conversations = conversations
        self._deadlines = deadlines
        self._clock = clock
        self._every_s = every_s

    async def run(self) -> None:
        """Sweeps until it is cancelled."""
        while True:
            try:
                await self.once()
            except TransientError as error:
                log.warning("sweep_put_off", code=error.code)
            await asyncio.sleep(self._every_s)

    async def once(self) -> int:
        """Moves on all that is overdue; tells how many there were."""
        now = self._clock.now()
        async with self._open_unit() as uow:
            overdue = await self._interviews.overdue(uow, now, _AT_ONCE)
        for interview_id in overdue:
            with bind_interview(interview_id):
                try:
                    await self._move_on(interview_id, now)
                except TransientError as error:
                    log.warning("overdue_put_off", code=error.code)
                except Exception:
                    log.exception("overdue_stuck")
                    await self._put_off(interview_id, now)
        return len(overdue)

    async def _move_on(self, interview_id: str, now: datetime) -> None:
        async with self._open_unit() as uow:
            stored = await self._interviews.load(uow, interview_id)
            if stored is None or not _is_overdue(stored.interview, now):
                return
            interview = stored.interview
            log.warning("overdue", state=interview.state, stage=interview.stage)
            if interview.state is not State.IN_PROGRESS:
                with resumed(stored.traceparent):
                    if interview.state is State.PROCESSING:
                        if not interview.ask_again(now, self._deadlines):
                            await self._pipeline.advance(uow, interview, give_up=True)
                    else:
                        interview.expire()
                    await self._interviews.save(uow, interview)
                    await self._publisher.publish(uow, interview)
                return
        # Whoever ends a conversation takes its lease first: not inside our transaction.
        with resumed(stored.traceparent):
            await self._end_conversation(stored, now)

    async def _put_off(self, interview_id: str, now: datetime) -> None:
        """One interview that cannot be moved on must not hold up the others."""
        async with self._open_unit() as uow:
            stored = await self._interviews.load(uow, interview_id)
            if stored is not None and stored.interview.deadline is not None:
                stored.interview.deadline = now + _STUCK_FOR
                await self._interviews.save(uow, stored.interview)

    async def _end_conversation(self, stored: StoredInterview, now: datetime) -> None:
        interview = stored.interview
        reason = interview.overdue_reason(now)
        if self._conversations is not None:
            async with asyncio.timeout(_END_WITHIN_S):
                if await self._conversations.end(interview.id, interview.attempt, reason):
                    return
        async with self._open_unit() as uow:
            await self._lifecycle.conversation_ended(
                uow, interview.id, interview.attempt, reason, now
            )


def _is_overdue(interview: Interview, now: datetime) -> bool:
    return interview.deadline is not None and interview.deadline <= now
