"""Credits and API keys."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from viva.gateway.application import auditing, keyring
from viva.gateway.application.crediting import top_up
from viva.gateway.application.keyring import IssueKey
from viva.gateway.application.presenting import Json, timestamp
from viva.gateway.domain.access import ApiKey, Caller, Scope
from viva.gateway.domain.credits import PRICE, Account, LedgerEntry
from viva.gateway.domain.errors import Fault, InvalidInputError, NotFoundError
from viva.gateway.entrypoints.authentication import ApiRoute, allowed, reply, show
from viva.gateway.entrypoints.lists import ID_PATTERN, Paging, list_document
from viva.gateway.entrypoints.schemas.documents.accounts import (
    CreditsDocument,
    KeyDocument,
    KeyWithSecret,
    LedgerDocument,
)
from viva.gateway.entrypoints.schemas.documents.base import ListDocument
from viva.gateway.entrypoints.schemas.people import CreateKeyBody, TopUpBody
from viva.gateway.entrypoints.state import gateway

router = APIRouter(prefix="/v1", route_class=ApiRoute)
CreditReader = Annotated[Caller, allowed(Scope.CREDITS_READ)]
Admin = Annotated[Caller, allowed(Scope.ADMIN)]


@router.get("/credits", tags=["credits"], response_model=CreditsDocument)
async def get_credits(request: Request, who: CreditReader) -> Response:
    """Reads the balance: what is there, what is reserved, what is left."""
    async with gateway(request).open_work() as work:
        return show(_credits_document(await work.credits.account(who.tenant_id)))


@router.get("/credits/ledger", tags=["credits"], response_model=ListDocument[LedgerDocument])
async def list_ledger(
    request: Request,
    who: CreditReader,
    cursor: Paging,
    interview_id: Annotated[str | None, Query(pattern=ID_PATTERN)] = None,
) -> Response:
    """Lists every movement."""
    async with gateway(request).open_work() as work:
        page = await work.credits.page(who.tenant_id, interview_id or "", cursor)
    return show(list_document(page, _ledger_document))


@router.post("/credits/top-ups", tags=["credits"], status_code=201, response_model=LedgerDocument)
async def top_up_credits(body: TopUpBody, request: Request, who: Admin) -> Response:
    """Adds credits. Needs the scope `admin`; send an Idempotency-Key."""
    parts = gateway(request)
    async with parts.open_work() as work:
        entry = await top_up(
            work,
            parts.context,
            who.tenant_id,
            body.amount,
            event_id=parts.context.ids.new("evt"),
            note=body.note,
        )
        await auditing.note(
            work, parts.context, who, "credits.top_up", entry.id, amount=str(body.amount)
        )
        return await reply(request, work, 201, _ledger_document(entry))


@router.post("/api-keys", tags=["API keys"], status_code=201, response_model=KeyWithSecret)
async def create_api_key(body: CreateKeyBody, request: Request, who: Admin) -> Response:
    """Makes a key. Its secret is in this answer and nowhere else."""
    parts = gateway(request)
    if body.expires_at is not None and body.expires_at <= parts.context.now():
        fault = Fault("/expires_at", "must be in the future", "expiry_invalid")
        raise InvalidInputError("expiry_invalid", "The key would be dead already.", (fault,))
    command = IssueKey(who.tenant_id, body.name, body.mode, frozenset(body.scopes), body.expires_at)
    async with parts.open_work() as work:
        issued = await keyring.issue(work, parts.context, command)
        await auditing.note(work, parts.context, who, "key.create", issued.key.id)
        document = _key_document(issued.key) | {"secret": issued.secret}
        return await reply(request, work, 201, document)


@router.get("/api-keys", tags=["API keys"], response_model=ListDocument[KeyDocument])
async def list_api_keys(request: Request, who: Admin, cursor: Paging) -> Response:
    """Lists keys, revoked ones too."""
    async with gateway(request).open_work() as work:
        page = await work.keys.page(who.tenant_id, cursor)
    return show(list_document(page, _key_document))


@router.get("/api-keys/{key_id}", tags=["API keys"], response_model=KeyDocument)
async def get_api_key(key_id: str, request: Request, who: Admin) -> Response:
    """Reads a key, without its secret."""
    async with gateway(request).open_work() as work:
        key = await work.keys.get(who.tenant_id, key_id)
    if key is None:
        raise NotFoundError("key_unknown", f"There is no API key '{key_id}'.")
    return show(_key_document(key))


@router.delete("/api-keys/{key_id}", tags=["API keys"], status_code=204)
async def revoke_api_key(key_id: str, request: Request, who: Admin) -> Response:
    """Ends a key at once."""
    parts = gateway(request)
    async with parts.open_work() as work:
        await keyring.revoke(work, parts.context, who.tenant_id, key_id)
        await auditing.note(work, parts.context, who, "key.revoke", key_id)
    return Response(status_code=204)


def _credits_document(account: Account) -> Json:
    return {
        "object": "credits",
        "balance": account.balance,
        "reserved": account.reserved,
        "available": account.available,
        "price_of_an_interview": PRICE,
    }


def _ledger_document(entry: LedgerEntry) -> Json:
    return {
        "id": entry.id,
        "object": "ledger_entry",
        "kind": entry.kind.value,
        "amount": entry.amount,
        "created_at": timestamp(entry.created_at),
        "balance_after": entry.balance_after,
        "reserved_after": entry.reserved_after,
        "event_id": entry.event_id,
        "interview_id": entry.interview_id or None,
        "attempt": entry.attempt or None,
        "note": entry.note,
    }


def _key_document(key: ApiKey) -> Json:
    return {
        "id": key.id,
        "object": "api_key",
        "name": key.name,
        "mode": key.mode.value,
        "scopes": sorted(key.scopes),
        "hint": key.hint,
        "created_at": timestamp(key.created_at),
        "expires_at": timestamp(key.expires_at),
        "revoked_at": timestamp(key.revoked_at),
    }
