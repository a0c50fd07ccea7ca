"""Stores one conversation as it goes: sound to objects, all else in one transaction on its epoch.

The conversation never waits for it. While the database or the object store is away everything is
kept and written when they are back; only `Durable` is not said meanwhile.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from viva.contracts.common.v1 import common_pb2 as common
from viva.platform.backoff import Backoff
from viva.platform.clock import Clock
from viva.platform.db import UnitOfWork
from viva.platform.errors import DomainError, TransientError
from viva.platform.log import get_logger
from viva.platform.objects import Objects
from viva.session.application.lifecycle_ports import OpenUnit
from viva.session.application.live.playback import Run
from viva.session.application.live.ports import (
    Batch,
    ConversationStore,
    Lease,
    LeaseLostError,
    LifecyclePort,
    LoggedFact,
    Segment,
)
from viva.session.domain.conversation.state import State
from viva.session.domain.storage_keys import answer_key, segment_key

LEASE_S = 15.0
_RENEW_S = 4.0

log = get_logger(__name__)


@dataclass
class Pending:
    """What was not stored yet."""

    facts: list[LoggedFact] = field(default_factory=list)
    sound: list[tuple[int, bytes]] = field(default_factory=list)
    runs: list[tuple[Run, str]] = field(default_factory=list)
    answers: list[tuple[common.AnswerContext, bytes | None]] = field(default_factory=list)
    state: State | None = None
    state_number: int = 0
    started_at: datetime | None = None
    ended: tuple[str, datetime] | None = None


@dataclass(frozen=True)
class KeeperEvents:
    """What the keeper tells its conversation."""

    stored: Callable[[int, int], None]
    cancelled: Callable[[], None]
    # The lease, or the interview itself, is not ours any more.
    lost: Callable[[bool], None]


class Keeper:
    """One conversation's way to the store."""

    def __init__(
        self,
        lease: Lease,
        *,
        open_unit: OpenUnit,
        store: ConversationStore,
        objects: Objects,
        lifecycle: LifecyclePort,
        clock: Clock,
        events: KeeperEvents,
        position: int = 0,
        client_fact: int = 0,
        started: bool = False,
    ) -> None:
        self._lease = lease
        self._open_unit = open_unit
        self._store = store
        self._objects = objects
        self._lifecycle = lifecycle
        self._clock = clock
        self._events = events
        self._pending = Pending()
        self._position = position
        self._client_fact = client_fact
        self._started = started
        self._wake = asyncio.Event()
        self._closing = False
        self._gone = False

    @property
    def lease(self) -> Lease:
        """The right to write."""
        return self._lease

    @property
    def gone(self) -> bool:
        """Whether nothing may be written any more."""
        return self._gone

    def log(self, facts: Sequence[LoggedFact], client_fact: int) -> None:
        """Adds to the log; written with the next batch."""
        if facts:
            self._pending.facts.extend(facts)
            self._client_fact = max(self._client_fact, client_fact)
            self._wake.set()

    def sound(self, position: int, pcm: bytes) -> None:
        """Adds a piece of the candidate's channel, which follows the one before."""
        self._pending.sound.append((position, pcm))
        self._position = position + len(pcm) // 2
        self._wake.set()

    def passed(self, position: int) -> None:
        """Nothing is to be stored of the sound before a position."""
        self._position = max(self._position, position)
        self._wake.set()

    def played(self, run: Run, object_key: str) -> None:
        """Adds a run of what was played."""
        self._pending.runs.append((run, object_key))

    def answer(self, context: common.AnswerContext, wav: bytes | None) -> None:
        """Adds an answer."""
        self._pending.answers.append((context, wav))

    def start(self) -> None:
        """Notes that the interview began."""
        self._pending.started_at = self._clock.now()

    def checkpoint(self, state: State, number: int) -> None:
        """Writes the state soon; the log up to `number` is in it."""
        self._pending.state, self._pending.state_number = state, number
        self._wake.set()

    def end(self, reason: str) -> None:
        """Notes that the conversation is over."""
        self._pending.ended = (reason, self._clock.now())
        self._wake.set()

    def look(self) -> None:
        """Asks the lifecycle soon whether the interview goes on."""
        self._wake.set()

    def close(self) -> None:
        """Writes what is left and returns from `run`."""
        self._closing = True
        self._wake.set()

    async def run(self) -> None:
        """Stores until it is closed or the lease is lost."""
        while not self._gone:
            try:
                async with asyncio.timeout(_RENEW_S):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            last = self._closing
            pending, self._pending = self._pending, Pending()
            await self._until_stored(pending, self._position, self._client_fact)
            if last and self._closing and not self._wake.is_set():
                return

    async def _until_stored(self, pending: Pending, position: int, client_fact: int) -> None:
        backoff = Backoff(first_s=0.1, cap_s=2.0)
        segments: list[Segment] = []
        while not self._gone:
            try:
                await self._put_objects(pending, segments)
                going_on = await self._write(pending, segments, position, client_fact)
            except LeaseLostError:
                self._lose(over=False)
            except TransientError as error:
                log.warning("conversation_unsaved", code=error.code)
                await asyncio.sleep(backoff.next_s())
            except DomainError as error:
                log.warning("conversation_refused", code=error.code)
                self._lose(over=True)
            else:
                self._events.stored(position, client_fact)
                if not going_on:
                    self._events.cancelled()
                return

    async def _put_objects(self, pending: Pending, segments: list[Segment]) -> None:
        """Stores the sound; what was stored before a failure is not stored again."""
        lease = self._lease
        for position, pcm in pending.sound[len(segments) :]:
            key = segment_key(lease.interview_id, lease.attempt, lease.epoch, position)
            stored = await self._objects.put(key, pcm)
            segments.append(Segment(position, len(pcm) // 2, key, stored.sha256))
        for context, wav in pending.answers:
            if wav is not None and not context.audio.key:
                key = answer_key(
                    lease.interview_id, lease.attempt, context.answer_id, context.revision
                )
                audio = await self._objects.put(key, wav)
                context.audio.key = audio.key
                context.audio.sha256 = audio.sha256
                context.audio.size_bytes = audio.size_bytes

    async def _write(
        self, pending: Pending, segments: list[Segment], position: int, client_fact: int
    ) -> bool:
        batch = Batch(
            facts=pending.facts,
            segments=segments,
            runs=pending.runs,
            state=pending.state,
            state_number=pending.state_number,
            position=position,
            client_fact=client_fact,
            ended=pending.ended is not None,
        )
        async with self._open_unit() as uow:
            await self._store.save(uow, self._lease, batch, LEASE_S)
            going_on = await self._tell(uow, pending)
        # Once the end is stored there is nothing more to keep alive.
        begun = self._started or pending.started_at is not None
        self._started = begun and pending.ended is None
        return going_on

    async def _tell(self, uow: UnitOfWork, pending: Pending) -> bool:
        """Tells the lifecycle, in the same transaction; False if the interview was cancelled."""
        interview_id, attempt = self._lease.interview_id, self._lease.attempt
        if pending.started_at is not None:
            await self._lifecycle.started(uow, interview_id, attempt, pending.started_at)
        for context, _ in pending.answers:
            await self._lifecycle.answer_recorded(uow, context)
        if pending.ended is not None:
            reason, at = pending.ended
            await self._lifecycle.conversation_ended(uow, interview_id, attempt, reason, at)
            return True
        if self._started or pending.started_at is not None:
            return await self._lifecycle.alive(uow, interview_id, attempt, self._clock.now())
        return True

    def _lose(self, *, over: bool) -> None:
        self._gone = True
        self._events.lost(over)
