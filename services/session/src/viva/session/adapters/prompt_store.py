"""Prompts in PostgreSQL: what each interview says, and what is rendered already."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from viva.contracts.common.v1 import common_pb2 as common
from viva.platform.db import UnitOfWork
from viva.session.adapters.tables import interview_prompts, rendered_prompts
from viva.session.application.lifecycle_ports import PromptAudio


class SqlPromptStore:
    """The PromptStore of the service's own schema."""

    async def plan(
        self, uow: UnitOfWork, interview_id: str, texts: Mapping[str, str], voice: str
    ) -> None:
        """Notes the texts by prompt key."""
        rows = [
            {
                "interview_id": interview_id,
                "key": key,
                "position": position,
                "text": text,
                "voice": voice,
            }
            for position, (key, text) in enumerate(texts.items())
        ]
        await uow.session.execute(insert(interview_prompts).values(rows).on_conflict_do_nothing())

    async def wanted(self, uow: UnitOfWork, interview_id: str) -> list[tuple[str, str, str]]:
        """Key, text and voice of the prompts that have no audio yet, in the script's order."""
        table = interview_prompts.c
        statement = (
            select(table.key, table.text, table.voice)
            .where(table.interview_id == interview_id, table.fingerprint.is_(None))
            .order_by(table.position)
        )
        return [(row.key, row.text, row.voice) for row in await uow.session.execute(statement)]

    async def cached(
        self, uow: UnitOfWork, fingerprints: Sequence[str]
    ) -> dict[str, common.ObjectRef]:
        """Those of the fingerprints that were rendered before."""
        statement = select(rendered_prompts).where(rendered_prompts.c.fingerprint.in_(fingerprints))
        rows = (await uow.session.execute(statement)).mappings()
        return {
            row["fingerprint"]: common.ObjectRef(
                key=row["object_key"], sha256=row["sha256"], size_bytes=row["size_bytes"]
            )
            for row in rows
        }

    async def put(
        self, uow: UnitOfWork, fingerprint: str, ref: common.ObjectRef, samples: int
    ) -> None:
        """Notes a rendered prompt."""
        await uow.session.execute(
            insert(rendered_prompts)
            .values(
                fingerprint=fingerprint,
                object_key=ref.key,
                sha256=ref.sha256,
                size_bytes=ref.size_bytes,
                samples=samples,
            )
            .on_conflict_do_nothing()
        )

    async def assign(
        self, uow: UnitOfWork, interview_id: str, fingerprints: Mapping[str, str]
    ) -> None:
        """Binds an interview's prompt keys to rendered prompts."""
        for key, fingerprint in fingerprints.items():
            await uow.session.execute(
                update(interview_prompts)
                .where(
                    interview_prompts.c.interview_id == interview_id,
                    interview_prompts.c.key == key,
                )
                .values(fingerprint=fingerprint)
            )

    async def prompts(self, uow: UnitOfWork, interview_id: str) -> dict[str, PromptAudio]:
        """Audio by prompt key."""
        rendered = rendered_prompts.c
        statement = (
            select(
                interview_prompts.c.key,
                interview_prompts.c.text,
                rendered.object_key,
                rendered.sha256,
                rendered.size_bytes,
                rendered.samples,
            )
            .join(rendered_prompts, rendered.fingerprint == interview_prompts.c.fingerprint)
            .where(interview_prompts.c.interview_id == interview_id)
            .order_by(interview_prompts.c.position)
        )
        rows = (await uow.session.execute(statement)).mappings()
        return {
            row["key"]: PromptAudio(
                text=row["text"],
                object_key=row["object_key"],
                sha256=row["sha256"],
                samples=row["samples"],
                size_bytes=row["size_bytes"],
            )
            for row in rows
        }
