"""API keys in PostgreSQL."""

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from viva.gateway.adapters.paging import page
from viva.gateway.adapters.tables import api_keys
from viva.gateway.application.ports import Cursor, Page
from viva.gateway.domain.access import ApiKey, Mode, Scope


class SqlKeys:
    """API keys by the hashes of their secrets."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, key: ApiKey, secret_hash: str) -> None:
        """Stores a key."""
        await self._session.execute(
            insert(api_keys).values(
                id=key.id,
                tenant_id=key.tenant_id,
                name=key.name,
                mode=key.mode.value,
                scopes=sorted(key.scopes),
                secret_hash=secret_hash,
                hint=key.hint,
                created_at=key.created_at,
                expires_at=key.expires_at,
                revoked_at=key.revoked_at,
            )
        )

    async def by_secret(self, secret_hash: str) -> ApiKey | None:
        """Finds the key of a secret, revoked ones too."""
        statement = select(api_keys).where(api_keys.c.secret_hash == secret_hash)
        row = (await self._session.execute(statement)).mappings().first()
        return _read(row) if row else None

    async def get(self, tenant_id: str, key_id: str) -> ApiKey | None:
        """Finds a tenant's key."""
        statement = select(api_keys).where(
            api_keys.c.id == key_id, api_keys.c.tenant_id == tenant_id
        )
        row = (await self._session.execute(statement)).mappings().first()
        return _read(row) if row else None

    async def revoke(self, key_id: str, at: datetime) -> None:
        """Ends a key; the first time counts."""
        await self._session.execute(
            update(api_keys)
            .where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
            .values(revoked_at=at)
        )

    async def page(self, tenant_id: str, cursor: Cursor) -> Page[ApiKey]:
        """Lists a tenant's keys, or everybody's where none is named."""
        statement = select(api_keys)
        if tenant_id:
            statement = statement.where(api_keys.c.tenant_id == tenant_id)
        return await page(self._session, statement, api_keys.c.id, cursor, _read)


def _read(row: RowMapping) -> ApiKey:
    return ApiKey(
        id=row["id"],
        tenant_id=row["tenant_id"],
        name=row["name"],
        mode=Mode(row["mode"]),
        scopes=frozenset(Scope(scope) for scope in row["scopes"]),
        hint=row["hint"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
    )
