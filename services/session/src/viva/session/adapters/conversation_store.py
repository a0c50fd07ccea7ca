"""Live conversations in PostgreSQL; every write is made on condition of the lease's epoch."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from viva.platform.db import UnitOfWork
from viva.session.adapters.conversation_tables import (
    conversation_facts,
    conversation_runs,
    conversation_segments,
    conversations,
    replicas,
)
from viva.session.application.live.playback import Run
from viva.session.application.live.ports import (
    Batch,
    Lease,
    LeaseLostError,
    LoggedFact,
    Segment,
    Taken,
)
from viva.session.domain.conversation.codec import (
    decode_fact,
    decode_state,
    encode_fact,
    encode_state,
)
from viva.session.domain.conversation.state import State
from viva.session.domain.recording import Clip, Tracks

_WAV_HEADER_BYTES = 44
_REPLICAS = 5


class SqlConversationStore:
    """The ConversationStore and the ConversationArchive of the service's own schema."""

    async def take(
        self, uow: UnitOfWork, interview_id: str, attempt: int, address: str, lease_s: float
    ) -> Taken:
        """Takes the conversation over under the next epoch; whoever had it is fenced off."""
        values = {"address": address, "leased_until": _later(lease_s)}
        statement = insert(conversations).values(
            interview_id=interview_id,
            attempt=attempt,
            epoch=1,
            state_number=0,
            log_number=0,
            position=0,
            client_fact=0,
            ended=False,
            **values,
        )
        statement = statement.on_conflict_do_update(
            index_elements=["interview_id", "attempt"],
            set_={"epoch": conversations.c.epoch + 1, **values},
        )
        row = (await uow.session.execute(statement.returning(conversations))).mappings().one()
        lease = Lease(interview_id, attempt, row["epoch"])
        return Taken(
            lease=lease,
            state=decode_state(row["state"]) if row["state"] is not None else State(),
            facts=await self._facts(uow, lease, row["state_number"]),
            log_number=row["log_number"],
            position=row["position"],
            client_fact=row["client_fact"],
            segments=await self._segments(uow, lease),
            runs=[run for run, _ in await self._runs(uow, interview_id, attempt)],
            ended=row["ended"],
        )

    async def save(self, uow: UnitOfWork, lease: Lease, batch: Batch, lease_s: float) -> None:
        """Writes a batch.

        Raises:
            LeaseLostError: there is a newer epoch.
        """
        changes: dict[str, Any] = {
            "leased_until": _later(lease_s),
            "position": batch.position,
            "client_fact": batch.client_fact,
            "ended": batch.ended,
        }
        if batch.state is not None:
            changes |= {"state": encode_state(batch.state), "state_number": batch.state_number}
        if batch.facts:
            changes["log_number"] = batch.facts[-1].number
        await self._change(uow, lease, changes)
        await self._add(uow, lease, batch)
        if batch.state is not None:
            await uow.session.execute(
                delete(conversation_facts).where(
                    conversation_facts.c.interview_id == lease.interview_id,
                    conversation_facts.c.attempt == lease.attempt,
                    conversation_facts.c.number <= batch.state_number,
                )
            )

    async def release(self, uow: UnitOfWork, lease: Lease) -> None:
        """Lets the lease run out now.

        Raises:
            LeaseLostError: there is a newer epoch.
        """
        await self._change(uow, lease, {"leased_until": func.now()})

    async def owner(self, uow: UnitOfWork, interview_id: str) -> str | None:
        """The address of the replica whose lease has not run out."""
        statement = (
            select(conversations.c.address)
            .where(
                conversations.c.interview_id == interview_id,
                conversations.c.leased_until > func.now(),
                conversations.c.ended.is_(False),
            )
            .order_by(conversations.c.attempt.desc())
            .limit(1)
        )
        return (await uow.session.execute(statement)).scalar_one_or_none()

    async def announce(self, uow: UnitOfWork, address: str, free: int, lease_s: float) -> None:
        """Notes that a replica is there and how many conversations it could take."""
        values = {"free": free, "leased_until": _later(lease_s)}
        statement = insert(replicas).values(address=address, **values)
        await uow.session.execute(
            statement.on_conflict_do_update(index_elements=["address"], set_=values)
        )

    async def replicas(self, uow: UnitOfWork) -> list[str]:
        """Addresses of replicas with free slots, the emptiest first."""
        statement = (
            select(replicas.c.address)
            .where(replicas.c.free > 0, replicas.c.leased_until > func.now())
            .order_by(replicas.c.free.desc(), replicas.c.address)
            .limit(_REPLICAS)
        )
        return list((await uow.session.execute(statement)).scalars())

    async def tracks(self, uow: UnitOfWork, interview_id: str, attempt: int) -> Tracks:
        """Segments that count and runs that were played, in the order of their storing."""
        segments = await self._segments(uow, Lease(interview_id, attempt, 0))
        runs = await self._runs(uow, interview_id, attempt)
        return Tracks(
            candidate=tuple(Clip(s.key, s.position, 0, s.samples) for s in segments),
            interviewer=tuple(
                Clip(key, run.position, run.offset, run.count, _WAV_HEADER_BYTES)
                for run, key in runs
            ),
        )

    async def forget(self, uow: UnitOfWork, interview_id: str, attempt: int) -> None:
        """Erases the conversation's rows."""
        for table in (conversation_facts, conversation_segments, conversation_runs, conversations):
            await uow.session.execute(
                delete(table).where(
                    table.c.interview_id == interview_id, table.c.attempt == attempt
                )
            )

    async def _change(self, uow: UnitOfWork, lease: Lease, changes: dict[str, Any]) -> None:
        statement = (
            update(conversations)
            .where(
                conversations.c.interview_id == lease.interview_id,
                conversations.c.attempt == lease.attempt,
                conversations.c.epoch == lease.epoch,
            )
            .values(**changes)
            .returning(conversations.c.epoch)
        )
        if (await uow.session.execute(statement)).scalar_one_or_none() is None:
            raise LeaseLostError(f"epoch {lease.epoch} is over")

    async def _add(self, uow: UnitOfWork, lease: Lease, batch: Batch) -> None:
        whose = {"interview_id": lease.interview_id, "attempt": lease.attempt}
        # What the checkpoint contains need not be kept beside it.
        kept = [f for f in batch.facts if batch.state is None or f.number > batch.state_number]
        rows: list[tuple[Any, list[dict[str, Any]]]] = [
            (conversation_facts, [_fact_row(f, lease) for f in kept]),
            (conversation_segments, [_segment_row(s, lease) for s in batch.segments]),
            (conversation_runs, [_run_row(run, key) for run, key in batch.runs]),
        ]
        for table, values in rows:
            if values:
                statement = insert(table).on_conflict_do_nothing()
                await uow.session.execute(statement, [{**whose, **row} for row in values])

    async def _facts(self, uow: UnitOfWork, lease: Lease, after: int) -> list[LoggedFact]:
        table = conversation_facts.c
        statement = (
            select(table.number, table.position, table.body)
            .where(
                table.interview_id == lease.interview_id,
                table.attempt == lease.attempt,
                table.number > after,
            )
            .order_by(table.number)
        )
        found = []
        for row in await uow.session.execute(statement):
            fact = decode_fact(row.body)
            if fact is not None:
                found.append(LoggedFact(row.number, row.position, fact))
        return found

    async def _segments(self, uow: UnitOfWork, lease: Lease) -> list[Segment]:
        table = conversation_segments.c
        statement = (
            select(table.position, table.samples, table.object_key, table.sha256)
            .where(table.interview_id == lease.interview_id, table.attempt == lease.attempt)
            .order_by(table.epoch, table.position)
        )
        return [
            Segment(row.position, row.samples, row.object_key, row.sha256)
            for row in await uow.session.execute(statement)
        ]

    async def _runs(
        self, uow: UnitOfWork, interview_id: str, attempt: int
    ) -> list[tuple[Run, str]]:
        table = conversation_runs.c
        statement = (
            select(conversation_runs)
            .where(table.interview_id == interview_id, table.attempt == attempt)
            .order_by(table.position, table.utterance, table.sample_offset)
        )
        return [
            (
                Run(row.utterance, row.prompt_key, row.sample_offset, row.samples, row.position),
                row.object_key,
            )
            for row in await uow.session.execute(statement)
        ]


def _later(seconds: float) -> Any:
    return func.now() + timedelta(seconds=seconds)


def _fact_row(logged: LoggedFact, lease: Lease) -> dict[str, Any]:
    return {
        "number": logged.number,
        "epoch": lease.epoch,
        "position": logged.position,
        "body": encode_fact(logged.fact),
    }


def _segment_row(segment: Segment, lease: Lease) -> dict[str, Any]:
    return {
        "epoch": lease.epoch,
        "position": segment.position,
        "samples": segment.samples,
        "object_key": segment.key,
        "sha256": segment.sha256,
    }


def _run_row(run: Run, object_key: str) -> dict[str, Any]:
    return {
        "utterance": run.utterance,
        "sample_offset": run.offset,
        "samples": run.count,
        "position": run.position,
        "prompt_key": run.key,
        "object_key": object_key,
    }
