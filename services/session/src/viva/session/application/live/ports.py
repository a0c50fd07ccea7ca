"""What a live conversation needs from the outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from viva.contracts.common.v1 import common_pb2 as common
from viva.platform.db import UnitOfWork
from viva.platform.errors import TransientError
from viva.session.application.live.ears import VoiceStream
from viva.session.application.live.playback import Run
from viva.session.domain.conversation.facts import Fact
from viva.session.domain.conversation.state import State


class LeaseLostError(TransientError):
    """Another replica conducts the conversation now: nothing may be written any more."""

    code = "lease_lost"


@dataclass(frozen=True)
class Lease:
    """The right to conduct one conversation; every write is made on condition of the epoch."""

    interview_id: str
    attempt: int
    epoch: int


@dataclass(frozen=True)
class Segment:
    """A stored piece of the candidate's channel."""

    position: int
    samples: int
    key: str
    sha256: str


@dataclass(frozen=True)
class LoggedFact:
    """A fact of the log. `position` is where the sound was when it was taken."""

    number: int
    position: int
    fact: Fact


@dataclass(frozen=True)
class Taken:
    """A conversation as its last replica stored it; a new one has an empty state.

    Attributes:
        log_number: of the last fact of the log.
        position: all sound before it is stored.
        client_fact: of the last fact of the client that is stored.
    """

    lease: Lease
    state: State
    facts: Sequence[LoggedFact] = ()
    log_number: int = 0
    position: int = 0
    client_fact: int = 0
    segments: Sequence[Segment] = ()
    runs: Sequence[Run] = ()
    ended: bool = False


@dataclass(frozen=True)
class Batch:
    """What is written together."""

    facts: Sequence[LoggedFact] = ()
    segments: Sequence[Segment] = ()
    # With the key of the prompt's object.
    runs: Sequence[tuple[Run, str]] = ()
    # The checkpoint, if there is one, and the last fact that it contains.
    state: State | None = None
    state_number: int = 0
    position: int = 0
    client_fact: int = 0
    ended: bool = False


class ConversationStore(Protocol):
    """Leases, checkpoints, logs."""

    async def take(
        self, uow: UnitOfWork, interview_id: str, attempt: int, address: str, lease_s: float
    ) -> Taken:
        """Takes the conversation over under the next epoch; whoever had it is fenced off."""
        ...

    async def save(self, uow: UnitOfWork, lease: Lease, batch: Batch, lease_s: float) -> None:
        """Writes a batch.

        Raises:
            LeaseLostError: there is a newer epoch.
        """
        ...

    async def release(self, uow: UnitOfWork, lease: Lease) -> None:
        """Lets the lease run out now."""
        ...

    async def owner(self, uow: UnitOfWork, interview_id: str) -> str | None:
        """The address of the replica whose lease has not run out."""
        ...

    async def announce(self, uow: UnitOfWork, address: str, free: int, lease_s: float) -> None:
        """Notes that a replica is there and how many conversations it could take."""
        ...

    async def replicas(self, uow: UnitOfWork) -> list[str]:
        """Addresses of replicas with free slots, the emptiest first."""
        ...


class EndOfTurn(Protocol):
    """The end-of-turn model behind its pool."""

    async def judge(self, pcm: bytes) -> float:
        """The probability that the speaker has finished.

        Raises:
            TimeoutError: the machine is too busy for an answer in time.
        """
        ...


@dataclass(frozen=True)
class Guess:
    """Words of half a second or so, and their mean probability, 0 to 1."""

    text: str
    confidence: float


class Recognizer(Protocol):
    """Live recognition, which may be away."""

    async def text(self, interview_id: str, language: str, pcm: bytes) -> str | None:
        """What was said; None where no answer came in time."""
        ...

    async def interruption(self, interview_id: str, language: str, pcm: bytes) -> Guess | None:
        """What was said over the interviewer; None where no answer came in time."""
        ...


class VoiceActivity(Protocol):
    """The voice activity network, shared by all conversations."""

    def open(self) -> VoiceStream:
        """A stream of its own."""
        ...


class PromptSource(Protocol):
    """Rendered prompts, by the hash of their object."""

    async def pcm(self, object_key: str, sha256: str) -> bytes:
        """The prompt's samples, PCM16 mono 16 kHz."""
        ...


class LifecyclePort(Protocol):
    """What the interview's lifecycle must be told, inside the checkpoint's transaction."""

    async def started(self, uow: UnitOfWork, interview_id: str, attempt: int, at: datetime) -> None:
        """The conversation begins."""
        ...

    async def alive(self, uow: UnitOfWork, interview_id: str, attempt: int, at: datetime) -> bool:
        """The conversation goes on; False where it was cancelled."""
        ...

    async def answer_recorded(self, uow: UnitOfWork, answer: common.AnswerContext) -> None:
        """An answer's revision is recorded."""
        ...

    async def conversation_ended(
        self, uow: UnitOfWork, interview_id: str, attempt: int, reason: str, at: datetime
    ) -> None:
        """Nothing more will be said."""
        ...


@dataclass(frozen=True)
class Prompt:
    """A prompt in memory, ready to be sent."""

    key: str
    text: str
    pcm: bytes
    sha256: str
    object_key: str
    object_sha256: str
    object_bytes: int

    @property
    def samples(self) -> int:
        """Its length."""
        return len(self.pcm) // 2


@dataclass(frozen=True)
class Setting:
    """What one conversation is about, read once."""

    interview_id: str
    attempt: int
    spec: common.InterviewSpec
    prompts: Mapping[str, Prompt] = field(default_factory=dict)
