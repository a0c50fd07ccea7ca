"""Erases an interview for good: every attempt's audio, words, scores and conversation."""

from viva.contracts.session.events.v1 import events_pb2 as published
from viva.platform.errors import TransientError
from viva.platform.log import get_logger
from viva.platform.objects import Objects
from viva.session.application.lifecycle_ports import (
    AnswerStore,
    ClaimedJob,
    InterviewStore,
    Job,
    JobStore,
    OpenUnit,
)
from viva.session.application.recording import ConversationArchive
from viva.session.domain.storage_keys import interview_prefixes

log = get_logger(__name__)


class Erasure:
    """Works on the stored wish to erase; what stays is that the interview was there."""

    def __init__(
        self,
        *,
        open_unit: OpenUnit,
        objects: Objects,
        interviews: InterviewStore,
        answers: AnswerStore,
        jobs: JobStore,
        archive: ConversationArchive,
    ) -> None:
        self._open_unit = open_unit
        self._objects = objects
        self._interviews = interviews
        self._answers = answers
        self._jobs = jobs
        self._archive = archive

    async def erase(self, job: ClaimedJob) -> None:
        """Erases objects, then rows, and says so.

        Raises:
            TransientError: a recording is still being rendered; it would come back.
        """
        attempts = range(1, job.attempt + 1)
        async with self._open_unit() as uow:
            for attempt in attempts:
                if await self._jobs.pending(uow, Job.RECORDING, job.interview_id, attempt):
                    raise TransientError("the recording is being rendered", code="still_rendering")
        count = 0
        for prefix in interview_prefixes(job.interview_id):
            count += await self._objects.delete_prefix(prefix)
        async with self._open_unit() as uow:
            for attempt in attempts:
                await self._answers.forget(uow, job.interview_id, attempt)
                await self._archive.forget(uow, job.interview_id, attempt)
            await self._interviews.forget_artifacts(uow, job.interview_id)
            await uow.erase_published(job.interview_id)
            await self._jobs.finish(uow, job)
            uow.emit(
                published.InterviewErased(interview_id=job.interview_id),
                interview_id=job.interview_id,
            )
        log.info("interview_erased", objects=count)

    async def give_up(self, job: ClaimedJob, reason: str) -> None:
        """Keeps the job: what the law asks for is tried until it is done, and a person is told."""
        log.error("erasure_stuck", reason=reason, tries=job.tries)
        raise TransientError("the interview could not be erased", code=reason)
