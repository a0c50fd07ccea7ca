"""Works on stored jobs: long work that no handler of an event may wait for."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from viva.platform.clock import Clock
from viva.platform.errors import DomainError, InvalidError, TransientError
from viva.platform.log import bind_interview, get_logger
from viva.session.application.lifecycle_ports import ClaimedJob, Job, JobStore, OpenUnit

log = get_logger(__name__)

Work = Callable[[ClaimedJob], Awaitable[None]]
GiveUp = Callable[[ClaimedJob, str], Awaitable[None]]

_LONGEST_BACKOFF_S = 60.0


class JobWorker:
    """Takes jobs of one kind, one at a time, until it is cancelled.

    The work ends by removing its job in the unit of work of its effect, so that a crash at any
    point means that somebody does it again. What is away is waited for; what can never succeed is
    handed to `give_up`.

    Args:
        hold: a job is another's after this time without `extend`.
        poll: how long a lost wake-up may go unnoticed.
        most_tries: of a job that fails by a bug of ours.
    """

    def __init__(
        self,
        kind: Job,
        work: Work,
        give_up: GiveUp,
        *,
        jobs: JobStore,
        open_unit: OpenUnit,
        clock: Clock,
        hold: timedelta = timedelta(seconds=60),
        poll: timedelta = timedelta(seconds=5),
        most_tries: int = 5,
    ) -> None:
        self._kind = kind
        self._work = work
        self._give_up = give_up
        self._jobs = jobs
        self._open_unit = open_unit
        self._clock = clock
        self._hold = hold
        self._poll = poll
        self._most_tries = most_tries
        self._woken = asyncio.Event()

    def wake(self, _interview_id: str) -> None:
        """There may be something to do."""
        self._woken.set()

    async def run(self) -> None:
        """Works until it is cancelled."""
        while True:
            self._woken.clear()
            try:
                while await self.step():
                    pass
            except TransientError as error:
                log.warning("jobs_put_off", kind=self._kind, code=error.code)
            try:
                async with asyncio.timeout(self._poll.total_seconds()):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def step(self) -> bool:
        """Does one job; False where there is none."""
        async with self._open_unit() as uow:
            job = await self._jobs.claim(uow, self._kind, self._clock.now(), self._hold)
        if job is None:
            return False
        with bind_interview(job.interview_id):
            await self._do(job)
        return True

    async def _do(self, job: ClaimedJob) -> None:
        try:
            await self._work(job)
        except TransientError as error:
            await self._put_off(job, error.code)
        except (InvalidError, DomainError) as error:
            log.error("job_failed", kind=job.kind, code=error.code)  # noqa: TRY400
            await self._give_up(job, error.code)
        except Exception as error:
            log.exception("job_crashed", kind=job.kind, tries=job.tries)
            if job.tries >= self._most_tries:
                await self._give_up(job, type(error).__name__)
            else:
                await self._put_off(job, type(error).__name__)

    async def _put_off(self, job: ClaimedJob, reason: str) -> None:
        wait_s = min(_LONGEST_BACKOFF_S, 0.5 * 2 ** min(job.tries, 10))
        log.warning("job_put_off", kind=job.kind, reason=reason, wait_s=wait_s)
        async with self._open_unit() as uow:
            await self._jobs.extend(uow, job, self._clock.now() + timedelta(seconds=wait_s))
