"""Credits, keys and the audit log."""

from typing import Any, Literal

from viva.gateway.entrypoints.schemas.documents.base import Document


class CreditsDocument(Document):
    """The balance."""

    object: Literal["credits"]
    balance: int
    reserved: int
    available: int
    price_of_an_interview: int


class LedgerDocument(Document):
    """One movement."""

    id: str
    object: Literal["ledger_entry"]
    kind: Literal["top_up", "reserve", "settle", "release"]
    amount: int
    created_at: str
    balance_after: int
    reserved_after: int
    event_id: str
    interview_id: str | None
    attempt: int | None
    note: str


class KeyDocument(Document):
    """An API key, without its secret."""

    id: str
    object: Literal["api_key"]
    name: str
    mode: Literal["live", "test"]
    scopes: list[str]
    hint: str
    created_at: str
    expires_at: str | None
    revoked_at: str | None


class KeyWithSecret(KeyDocument):
    """A fresh API key."""

    secret: str


class AuditDocument(Document):
    """Who read or changed what."""

    id: str
    object: Literal["audit_record"]
    at: str
    action: str
    target: str
    key_id: str
    key_name: str
    request_id: str
    details: dict[str, Any]
