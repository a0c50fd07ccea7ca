"""Credits: reserved before anything runs, settled or released once, whatever events arrive."""

from dataclasses import replace

from viva.gateway.application.context import Context
from viva.gateway.application.ports import Work
from viva.gateway.domain.credits import PRICE, Account, EntryKind, LedgerEntry
from viva.gateway.domain.errors import InsufficientCreditsError
from viva.gateway.domain.interview import Interview
from viva.platform.telemetry import meter

# Counted as they are written; what a failed commit takes back is counted again: the ledger is the
# truth, this is its pulse.
_moved = meter("viva.gateway").create_counter(
    "viva.gateway.credits.moved", unit="{credit}", description="Credits moved, by kind of entry."
)


async def top_up(
    work: Work, context: Context, tenant_id: str, amount: int, *, event_id: str, note: str
) -> LedgerEntry:
    """Adds credits; the same event adds them once and gives the same entry again."""
    account = await work.credits.lock(tenant_id)
    known = await work.credits.entry_of(event_id)
    if known is not None:
        return known
    after = replace(account, balance=account.balance + amount)
    entry = replace(_entry(context, EntryKind.TOP_UP, after, event_id), amount=amount, note=note)
    await _record(work, after, entry)
    return entry


async def reserve(
    work: Work,
    context: Context,
    interview: Interview,
    *,
    event_id: str,
    even_if_short: bool = False,
) -> None:
    """Holds the price of an interview; test interviews cost nothing.

    Raises:
        InsufficientCreditsError: `insufficient_credits`.
    """
    if interview.test_mode:
        return
    account = await work.credits.lock(interview.tenant_id)
    if account.available < PRICE and not even_if_short:
        raise InsufficientCreditsError(
            "insufficient_credits",
            f"An interview costs {PRICE} credit; {max(account.available, 0)} are available.",
        )
    after = replace(account, reserved=account.reserved + PRICE)
    entry = _entry(context, EntryKind.RESERVE, after, event_id)
    await _record(work, after, _of(entry, interview, interview.requested_attempt))


async def close(
    work: Work,
    context: Context,
    interview: Interview,
    attempt: int,
    *,
    event_id: str,
    charge: bool,
) -> bool:
    """Settles or releases an attempt, the first time that it is asked for.

    Returns:
        Whether the attempt has been charged by this call.
    """
    if interview.test_mode:
        return False
    account = await work.credits.lock(interview.tenant_id)
    if await work.credits.settled(interview.id, attempt):
        return False
    if not await work.credits.reservation(interview.id):
        if not charge:
            return False
        again = f"{event_id}:reserve"
        await reserve(work, context, interview, event_id=again, even_if_short=True)
        account = await work.credits.lock(interview.tenant_id)
    kind = EntryKind.SETTLE if charge else EntryKind.RELEASE
    after = replace(
        account,
        balance=account.balance - (PRICE if charge else 0),
        reserved=account.reserved - PRICE,
    )
    entry = _of(_entry(context, kind, after, event_id), interview, attempt)
    return await _record(work, after, entry) and charge


async def _record(work: Work, after: Account, entry: LedgerEntry) -> bool:
    stored = await work.credits.record(after, entry)
    if stored:
        _moved.add(entry.amount, {"viva.kind": entry.kind.value})
    return stored


def _entry(context: Context, kind: EntryKind, after: Account, event_id: str) -> LedgerEntry:
    return LedgerEntry(
        id=context.ids.new("led"),
        tenant_id=after.tenant_id,
        event_id=event_id,
        kind=kind,
        amount=PRICE,
        created_at=context.now(),
        balance_after=after.balance,
        reserved_after=after.reserved,
    )


def _of(entry: LedgerEntry, interview: Interview, attempt: int) -> LedgerEntry:
    return replace(entry, interview_id=interview.id, attempt=attempt)
