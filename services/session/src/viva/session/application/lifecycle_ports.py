"""What the interview's lifecycle needs from the outside."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from google.protobuf.message import Message

from viva.contracts.common.v1 import common_pb2 as common
from viva.platform.db import UnitOfWork
from viva.session.domain.interview import Interview
from viva.session.domain.plan import Plan

OpenUnit = Callable[[], AbstractAsyncContextManager[UnitOfWork]]


class AnswerStage(StrEnum):
    """A step of the pipeline that gives one result for each answer."""

    TRANSCRIPTION = "transcription"
    ATTRIBUTION = "attribution"
    SCORING = "scoring"
    ASSESSMENT = "assessment"


# Results that an answer is waited for; an attribution carries the transcript, too.
AWAITED = (AnswerStage.ATTRIBUTION, AnswerStage.SCORING, AnswerStage.ASSESSMENT)

# What a failed stage takes with it: those that come after it get no input.
TAKES_WITH_IT: Mapping[AnswerStage, tuple[AnswerStage, ...]] = {
    AnswerStage.TRANSCRIPTION: AWAITED,
    AnswerStage.ATTRIBUTION: AWAITED,
    AnswerStage.SCORING: (AnswerStage.SCORING,),
    AnswerStage.ASSESSMENT: (AnswerStage.ASSESSMENT,),
}


class VerdictStage(StrEnum):
    """A step that gives one result for the whole interview."""

    SCORE = "interview_scoring"
    ASSESSMENT = "interview_assessment"


class Job(StrEnum):
    """Long work that is stored first, and done outside of any handler."""

    PROMPTS = "prompts"
    RECORDING = "recording"
    PURGE = "purge"
    ERASE = "erase"


class Artifact(StrEnum):
    """Objects of an attempt that events refer to."""

    BUNDLE = "bundle"
    RECORDING = "recording"


@dataclass(frozen=True)
class StageResult:
    """What one stage gave; `message` is None where it failed."""

    answer_id: str
    revision: int
    stage: str
    message: Message | None


@dataclass(frozen=True)
class PromptAudio:
    """A rendered prompt: a WAV object (PCM16 mono 16 kHz, 44 bytes of header).

    Attributes:
        sha256: of the object's bytes, as its ObjectRef says.
        samples: its length at 16 kHz.
    """

    text: str
    object_key: str
    sha256: str
    samples: int
    size_bytes: int

    @property
    def ref(self) -> common.ObjectRef:
        """How an event refers to it."""
        return common.ObjectRef(key=self.object_key, sha256=self.sha256, size_bytes=self.size_bytes)


@dataclass(frozen=True)
class StoredInterview:
    """An interview with what was frozen into it."""

    interview: Interview
    spec: common.InterviewSpec
    traceparent: str | None


class InterviewStore(Protocol):
    """Interviews; each is read with its row locked, so changes of one interview come in a line."""

    async def add(
        self,
        uow: UnitOfWork,
        interview: Interview,
        spec: common.InterviewSpec,
        traceparent: str | None,
    ) -> bool:
        """Stores a new interview; False where the id is known."""
        ...

    async def load(self, uow: UnitOfWork, interview_id: str) -> StoredInterview | None:
        """Reads and locks an interview."""
        ...

    async def save(self, uow: UnitOfWork, interview: Interview) -> None:
        """Writes the aggregate back."""
        ...

    async def overdue(self, uow: UnitOfWork, now: datetime, limit: int) -> list[str]:
        """Interviews whose deadline has passed, the oldest first; none that is locked elsewhere."""
        ...

    async def artifact(
        self, uow: UnitOfWork, interview: Interview, kind: Artifact
    ) -> common.ObjectRef | None:
        """The object of that kind of the current attempt."""
        ...

    async def put_artifact(
        self,
        uow: UnitOfWork,
        interview_id: str,
        attempt: int,
        kind: Artifact,
        ref: common.ObjectRef,
    ) -> None:
        """Notes an object; a second one of the same kind replaces the first."""
        ...

    async def forget_artifacts(self, uow: UnitOfWork, interview_id: str) -> None:
        """Forgets the objects of all attempts."""
        ...


class AnswerStore(Protocol):
    """Expected answers and what the pipeline's stages said of them."""

    async def put_answer(self, uow: UnitOfWork, answer: common.AnswerContext) -> None:
        """Notes an answer; a higher revision replaces a lower one, never the other way round."""
        ...

    async def answers(self, uow: UnitOfWork, interview: Interview) -> list[common.AnswerContext]:
        """The latest revision of each answer of the attempt, in the order of the conversation."""
        ...

    async def put_result(
        self, uow: UnitOfWork, interview_id: str, attempt: int, result: StageResult
    ) -> None:
        """Keeps the first result of each (answer, revision, stage); a failure gives way to one."""
        ...

    async def results(self, uow: UnitOfWork, interview: Interview) -> list[StageResult]:
        """All results of the attempt."""
        ...

    async def forget(self, uow: UnitOfWork, interview_id: str, attempt: int) -> None:
        """Erases what was said in an attempt."""
        ...


class PromptStore(Protocol):
    """Which prompts an interview can say, and those that are rendered already."""

    async def plan(
        self, uow: UnitOfWork, interview_id: str, texts: Mapping[str, str], voice: str
    ) -> None:
        """Notes the texts by prompt key."""
        ...

    async def wanted(self, uow: UnitOfWork, interview_id: str) -> list[tuple[str, str, str]]:
        """Key, text and voice of the prompts that have no audio yet, in the script's order."""
        ...

    async def cached(
        self, uow: UnitOfWork, fingerprints: Sequence[str]
    ) -> dict[str, common.ObjectRef]:
        """Those of the fingerprints that were rendered before."""
        ...

    async def put(
        self, uow: UnitOfWork, fingerprint: str, ref: common.ObjectRef, samples: int
    ) -> None:
        """Notes a rendered prompt."""
        ...

    async def assign(
        self, uow: UnitOfWork, interview_id: str, fingerprints: Mapping[str, str]
    ) -> None:
        """Binds an interview's prompt keys to rendered prompts."""
        ...

    async def prompts(self, uow: UnitOfWork, interview_id: str) -> dict[str, PromptAudio]:
        """Audio by prompt key."""
        ...


@dataclass(frozen=True)
class ClaimedJob:
    """A job that this replica works on for the time of its claim."""

    kind: Job
    interview_id: str
    attempt: int
    tries: int


class JobStore(Protocol):
    """Stored work. A claim runs out, so what a dead replica held is taken up by another."""

    async def add(self, uow: UnitOfWork, kind: Job, interview_id: str, attempt: int) -> None:
        """Stores a job and, at commit, wakes whoever works on its kind. Known jobs are kept."""
        ...

    async def claim(
        self, uow: UnitOfWork, kind: Job, now: datetime, hold: timedelta
    ) -> ClaimedJob | None:
        """Takes the oldest job that nobody holds."""
        ...

    async def extend(self, uow: UnitOfWork, job: ClaimedJob, until: datetime) -> None:
        """Holds a job for longer."""
        ...

    async def finish(self, uow: UnitOfWork, job: ClaimedJob) -> None:
        """Removes a job that is done."""
        ...

    async def pending(self, uow: UnitOfWork, kind: Job, interview_id: str, attempt: int) -> bool:
        """Whether a job is still to be done."""
        ...


class Wakeups(Protocol):
    """Says to every replica, at commit, that an interview should be looked at."""

    async def wake(self, uow: UnitOfWork, topic: str, interview_id: str) -> None:
        """Wakes who listens for the topic; a wake-up may be lost, so nobody relies on it alone."""
        ...


class Planner(Protocol):
    """Reads an interview's specification."""

    def __call__(self, spec: common.InterviewSpec) -> Plan:
        """The plan of the conversation."""
        ...
