"""Accounts and ledger in PostgreSQL."""

from sqlalchemy import case, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from viva.gateway.adapters.paging import page
from viva.gateway.adapters.tables import accounts, ledger
from viva.gateway.application.ports import Cursor, Page
from viva.gateway.domain.credits import Account, EntryKind, LedgerEntry

_CLOSING = (EntryKind.SETTLE.value, EntryKind.RELEASE.value)


class SqlCredits:
    """Accounts and their ledgers."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def account(self, tenant_id: str) -> Account:
        """Reads the account; one that was never used is empty."""
        statement = select(accounts).where(accounts.c.tenant_id == tenant_id)
        row = (await self._session.execute(statement)).mappings().first()
        return Account(tenant_id, row["balance"], row["reserved"]) if row else Account(tenant_id)

    async def lock(self, tenant_id: str) -> Account:
        """Reads the account and holds its row until the commit."""
        statement = select(accounts).where(accounts.c.tenant_id == tenant_id).with_for_update()
        row = (await self._session.execute(statement)).mappings().first()
        if row is None:
            fresh = insert(accounts).values(tenant_id=tenant_id, balance=0, reserved=0)
            await self._session.execute(fresh.on_conflict_do_nothing())
            row = (await self._session.execute(statement)).mappings().one()
        return Account(tenant_id, row["balance"], row["reserved"])

    async def record(self, account: Account, entry: LedgerEntry) -> bool:
        """Stores the entry and the account after it; False where the event is known already."""
        statement = insert(ledger).values(
            id=entry.id,
            tenant_id=entry.tenant_id,
            event_id=entry.event_id,
            kind=entry.kind.value,
            amount=entry.amount,
            created_at=entry.created_at,
            balance_after=entry.balance_after,
            reserved_after=entry.reserved_after,
            interview_id=entry.interview_id,
            attempt=entry.attempt,
            note=entry.note,
        )
        stored = await self._session.execute(
            statement.on_conflict_do_nothing().returning(ledger.c.id)
        )
        if stored.first() is None:
            return False
        await self._session.execute(
            update(accounts)
            .where(accounts.c.tenant_id == account.tenant_id)
            .values(balance=account.balance, reserved=account.reserved)
        )
        return True

    async def reservation(self, interview_id: str) -> bool:
        """Whether the interview holds a reservation."""
        sign = case((ledger.c.kind.in_(_CLOSING), -1), else_=1)
        statement = select(func.coalesce(func.sum(sign), 0)).where(
            ledger.c.interview_id == interview_id
        )
        return int((await self._session.execute(statement)).scalar_one()) > 0

    async def settled(self, interview_id: str, attempt: int) -> bool:
        """Whether the attempt is settled or released already."""
        statement = select(ledger.c.id).where(
            ledger.c.interview_id == interview_id,
            ledger.c.attempt == attempt,
            ledger.c.kind.in_(_CLOSING),
        )
        return (await self._session.execute(statement)).first() is not None

    async def entry_of(self, event_id: str) -> LedgerEntry | None:
        """Finds the entry that an event caused."""
        statement = select(ledger).where(ledger.c.event_id == event_id)
        row = (await self._session.execute(statement)).mappings().first()
        return _read(row) if row else None

    async def page(self, tenant_id: str, interview_id: str, cursor: Cursor) -> Page[LedgerEntry]:
        """Lists entries, of one interview where one is named."""
        statement = select(ledger).where(ledger.c.tenant_id == tenant_id)
        if interview_id:
            statement = statement.where(ledger.c.interview_id == interview_id)
        return await page(self._session, statement, ledger.c.id, cursor, _read)


def _read(row: RowMapping) -> LedgerEntry:
    return LedgerEntry(
        id=row["id"],
        tenant_id=row["tenant_id"],
        event_id=row["event_id"],
        kind=EntryKind(row["kind"]),
        amount=row["amount"],
        created_at=row["created_at"],
        balance_after=row["balance_after"],
        reserved_after=row["reserved_after"],
        interview_id=row["interview_id"],
        attempt=row["attempt"],
        note=row["note"],
    )
