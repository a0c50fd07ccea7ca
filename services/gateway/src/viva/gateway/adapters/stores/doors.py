"""Join links and credentials in PostgreSQL, by their hashes."""

from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from viva.gateway.adapters.tables import credentials, join_links
from viva.gateway.domain.join import Credential, JoinLink


class SqlDoors:
    """Join links and session credentials."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add_link(self, link: JoinLink, at: datetime) -> None:
        """Stores a link."""
        await self._session.execute(
            insert(join_links).values(
                token_hash=link.token_hash,
                interview_id=link.interview_id,
                tenant_id=link.tenant_id,
                replaced=link.replaced,
                created_at=at,
            )
        )

    async def find_link(self, token_hash: str) -> JoinLink | None:
        """Finds a link, replaced ones too."""
        statement = select(join_links).where(join_links.c.token_hash == token_hash)
        row = (await self._session.execute(statement)).mappings().first()
        if row is None:
            return None
        return JoinLink(row["token_hash"], row["interview_id"], row["tenant_id"], row["replaced"])

    async def replace_links(self, interview_id: str) -> None:
        """Marks every link of the interview as replaced and forgets its credentials."""
        await self._session.execute(
            update(join_links)
            .where(join_links.c.interview_id == interview_id)
            .values(replaced=True)
        )
        await self._session.execute(
            delete(credentials).where(credentials.c.interview_id == interview_id)
        )

    async def add_credential(self, credential: Credential) -> None:
        """Stores a credential."""
        await self._session.execute(
            insert(credentials).values(
                credential_hash=credential.credential_hash,
                interview_id=credential.interview_id,
                tenant_id=credential.tenant_id,
                attempt=credential.attempt,
                expires_at=credential.expires_at,
            )
        )

    async def find_credential(self, credential_hash: str) -> Credential | None:
        """Finds a credential, expired ones too."""
        statement = select(credentials).where(credentials.c.credential_hash == credential_hash)
        row = (await self._session.execute(statement)).mappings().first()
        if row is None:
            return None
        return Credential(
            row["credential_hash"],
            row["interview_id"],
            row["tenant_id"],
            row["attempt"],
            row["expires_at"],
        )

    async def sweep(self, before: datetime) -> None:
        """Drops credentials that expired before `before`."""
        await self._session.execute(delete(credentials).where(credentials.c.expires_at < before))
