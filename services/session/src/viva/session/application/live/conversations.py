"""All conversations that this replica conducts."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType

from viva.platform.errors import BackpressureError, TransientError
from viva.platform.log import bind_interview, get_logger
from viva.platform.telemetry import resumed
from viva.session.application.lifecycle import InterviewBrief
from viva.session.application.live.conductor import Conductor
from viva.session.application.live.keeper import LEASE_S
from viva.session.application.live.link import AttachRequest, Link
from viva.session.application.live.opening import LiveParts, load, open_conversation
from viva.session.domain.conversation.ending import EndedBy
from viva.session.domain.conversation.facts import Abandoned
from viva.session.domain.lifecycle import EndReason

_ANNOUNCE_S = 4.0
_DRAIN_STEP_S = 1.0

log = get_logger(__name__)


class Conversations:
    """Admits, finds, hands over."""

    def __init__(self, parts: LiveParts, *, limit: int) -> None:
        self._parts = parts
        self._limit = limit
        self._live: dict[str, Conductor] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._opening: dict[str, asyncio.Lock] = {}
        self._draining = False

    @property
    def live(self) -> Mapping[str, Conductor]:
        """By interview id."""
        return MappingProxyType(self._live)

    @property
    def free(self) -> int:
        """How many more this replica takes now."""
        return max(0, self._limit - len(self._live)) if self._has_room else 0

    @property
    def occupied_percent(self) -> int:
        """How much of its room is taken, for whoever scales."""
        return 100 * len(self._live) // max(1, self._limit)

    async def attach(self, request: AttachRequest, link: Link) -> Conductor:
        """Connects a client to its conversation, which is opened or taken over if it must be.

        Raises:
            BackpressureError: this replica is full, or is leaving.
            NotFoundError: no such interview.
            DomainError: `interview_over` or `interview_not_ready`.
            TransientError: the database is away.
        """
        lock = self._opening.setdefault(request.interview_id, asyncio.Lock())
        async with lock:
            conductor = self._live.get(request.interview_id)
            if conductor is None or conductor.setting.attempt != request.attempt:
                conductor = await self._open(request)
        if not lock.locked():
            self._opening.pop(request.interview_id, None)
        conductor.attach(request, link)
        return conductor

    async def locate(self, interview_id: str) -> tuple[list[str], bool]:
        """Where to dial, best first, and whether the first one owns the conversation."""
        own = self._parts.address()
        held = interview_id in self._live
        if held and not self._draining:
            return [own], True
        async with self._parts.open_unit() as uow:
            owner = await self._parts.store.owner(uow, interview_id)
            free = await self._parts.store.replicas(uow)
        if self._has_room:
            free = [own, *(address for address in free if address != own)]
        if held:
            # On its way to another replica; here only while no other has room.
            return [*free, own], not free
        if owner is None or owner == own:
            # A lease of our own without a conversation is one of an earlier life.
            return free, False
        return [owner, *(address for address in free if address != owner)], True

    async def end(self, interview_id: str, attempt: int, reason: EndReason) -> bool:
        """Ends a conversation that nobody conducts, from what is stored of it.

        Returns:
            False where nothing is stored.
        """
        conductor = self._live.get(interview_id)
        if conductor is None:
            brief = await self._parts.lifecycle.load_plan(interview_id)
            if brief.attempt != attempt:
                return False
            conductor = await self._begin(brief)
        task = self._tasks[interview_id]
        conductor.sensed(Abandoned(EndedBy(reason.value)))
        await asyncio.wait([task])
        return not conductor.released

    def look(self, interview_id: str) -> None:
        """An interview was perhaps cancelled; the empty id means any of them."""
        for known, conductor in self._live.items():
            if interview_id in ("", known):
                conductor.keeper.look()

    async def announce(self) -> None:
        """Says that this replica is there, again and again."""
        while True:
            try:
                async with self._parts.open_unit() as uow:
                    address = self._parts.address()
                    await self._parts.store.announce(uow, address, self.free, LEASE_S)
            except TransientError as error:
                log.warning("replica_unannounced", code=error.code)
            await asyncio.sleep(_ANNOUNCE_S)

    async def drain(self) -> None:
        """Hands every conversation over at a turn's end; waits while no replica has room for it.

        Cut off by the drain's time limit it lets go of what is left: a client that attaches
        anywhere goes on from what is stored.
        """
        self._draining = True
        try:
            while self._tasks:
                if await self._room_elsewhere():
                    for conductor in self._live.values():
                        conductor.hand_over()
                await asyncio.wait(list(self._tasks.values()), timeout=_DRAIN_STEP_S)
        finally:
            await self.stop()

    async def stop(self) -> None:
        """Lets go of every conversation at once."""
        self._draining = True
        for conductor in self._live.values():
            conductor.stop()
        if self._tasks:
            await asyncio.wait(list(self._tasks.values()))

    async def _room_elsewhere(self) -> bool:
        """Takes this replica off the list, and looks for others on it."""
        own = self._parts.address()
        try:
            async with self._parts.open_unit() as uow:
                await self._parts.store.announce(uow, own, 0, LEASE_S)
                return any(found != own for found in await self._parts.store.replicas(uow))
        except TransientError as error:
            log.warning("replicas_unknown", code=error.code)
            return False

    @property
    def _has_room(self) -> bool:
        return not self._draining and len(self._live) < self._limit

    async def _open(self, request: AttachRequest) -> Conductor:
        brief = await load(self._parts, request.interview_id, request.attempt)
        if not self._has_room:
            raise BackpressureError("no free conversation here", code="no_free_slot")
        return await self._begin(brief)

    async def _begin(self, brief: InterviewBrief) -> Conductor:
        interview_id = brief.plan.interview_id
        earlier = self._tasks.get(interview_id)
        if earlier is not None:
            self._live[interview_id].stop()
            await asyncio.wait([earlier])
        conductor = await open_conversation(self._parts, brief)
        self._live[interview_id] = conductor
        self._tasks[interview_id] = asyncio.create_task(
            self._conduct(interview_id, conductor, brief.traceparent),
            name=f"conversation-{interview_id}",
        )
        return conductor

    async def _conduct(
        self, interview_id: str, conductor: Conductor, traceparent: str | None
    ) -> None:
        self._parts.report.opened()
        with bind_interview(interview_id), resumed(traceparent):
            try:
                await conductor.run()
            except Exception:
                # The clients attach again and the conversation goes on from what is stored.
                log.exception("conversation_crashed")
                self._parts.report.crashed()
                conductor.lost(over=False)
            finally:
                self._parts.report.closed()
                await self._leave(interview_id, conductor)

    async def _leave(self, interview_id: str, conductor: Conductor) -> None:
        if self._live.get(interview_id) is conductor:
            del self._live[interview_id]
            del self._tasks[interview_id]
        if conductor.keeper.gone:
            return
        try:
            async with self._parts.open_unit() as uow:
                await self._parts.store.release(uow, conductor.keeper.lease)
        except TransientError as error:
            log.info("lease_left_to_run_out", code=error.code)
