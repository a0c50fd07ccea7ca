"""Definitions in PostgreSQL: a row a version."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from viva.gateway.adapters.documents import from_json, to_json
from viva.gateway.adapters.paging import page
from viva.gateway.adapters.tables import definitions
from viva.gateway.application.ports import Cursor, Page
from viva.gateway.domain.errors import ConflictError
from viva.gateway.domain.library import D, Entry, Framework, Persona, QuestionSet

_KINDS: dict[type[Any], str] = {
    Persona: "persona",
    Framework: "framework",
    QuestionSet: "question_set",
}


class SqlLibrary:
    """Personas, frameworks and question sets; those of no tenant are built in."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, entry: Entry[D]) -> None:
        """Stores a definition or a further version of it.

        Raises:
            ConflictError: `version_conflict`; somebody else stored this version.
        """
        if not await self.add_missing(entry):
            raise ConflictError("version_conflict", "Another update came first: read it again.")

    async def add_missing(self, entry: Entry[D]) -> bool:
        """Stores a version unless it is there; tells whether it was missing."""
        kind = type(entry.definition)
        statement = insert(definitions).values(
            id=entry.id,
            version=entry.version,
            kind=_KINDS[kind],
            tenant_id=entry.tenant_id,
            latest=True,
            created_at=entry.created_at,
            body=to_json(kind, entry.definition),
        )
        stored = await self._session.execute(
            statement.on_conflict_do_nothing().returning(definitions.c.id)
        )
        if stored.first() is None:
            return False
        await self._session.execute(
            update(definitions)
            .where(definitions.c.id == entry.id, definitions.c.version < entry.version)
            .values(latest=False)
        )
        return True

    async def find(
        self, kind: type[D], tenant_id: str, entry_id: str, version: int | None = None
    ) -> Entry[D] | None:
        """Finds a version of a tenant's definition, the newest by default."""
        columns = definitions.c
        statement = select(definitions).where(
            columns.id == entry_id,
            columns.kind == _KINDS[kind],
            columns.tenant_id.in_([tenant_id, ""]),
            columns.latest if version is None else columns.version == version,
        )
        row = (await self._session.execute(statement)).mappings().first()
        return _read(kind, row) if row else None

    async def page(self, kind: type[D], tenant_id: str, cursor: Cursor) -> Page[Entry[D]]:
        """Lists the newest versions."""
        columns = definitions.c
        statement = select(definitions).where(
            columns.kind == _KINDS[kind], columns.tenant_id.in_([tenant_id, ""]), columns.latest
        )
        return await page(
            self._session, statement, columns.id, cursor, lambda row: _read(kind, row)
        )


def _read(kind: type[D], row: RowMapping) -> Entry[D]:
    return Entry(
        id=row["id"],
        tenant_id=row["tenant_id"],
        version=row["version"],
        created_at=row["created_at"],
        definition=from_json(kind, row["body"]),
    )
